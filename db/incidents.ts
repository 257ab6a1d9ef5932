/** Incidents as the monitor opens, keeps and resolves them. People acknowledge them through db/views/incidents.ts. */
import type { Kysely, Transaction } from "kysely";
import { type MonitorCheck, monitorCheckSchema } from "../core/api.ts";
import type { OpenIncident } from "../core/incident-cause.ts";
import { addAudit } from "./audit.ts";
import type { Tables } from "./tables.ts";

/** All that aren't resolved, the oldest first. */
export async function listStandingIncidents(db: Kysely<Tables>, model: string): Promise<OpenIncident[]> {
  const rows = await db
    .selectFrom("incident")
    .select(["id", "cause", "symptoms"])
    .where("model", "=", model)
    .where("state", "<>", "resolved")
    .orderBy("id")
    .execute();
  return rows.map(({ symptoms, ...row }) => ({
    ...row,
    symptoms: monitorCheckSchema.array().parse(symptoms),
  }));
}

/**
 * Opens an incident, and returns its id. Call it under the model's lock; the index on open causes refuses a second one
 * even without it.
 */
export async function openIncident(
  trx: Transaction<Tables>,
  found: { model: string; cause: string; title: string; symptoms: MonitorCheck[]; at: Date },
): Promise<number> {
  const { model, cause, title, at } = found;
  const { id } = await trx
    .insertInto("incident")
    .values({
      model,
      cause,
      title,
      symptoms: JSON.stringify(found.symptoms),
      opened_at: at,
      last_seen_at: at,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await addAudit(trx, {
    action: "open_incident",
    model,
    subject: `incident ${id}`,
    detail: { cause, title },
  });
  return id;
}

/** The breach was seen again. */
export async function keepIncident(
  trx: Transaction<Tables>,
  seen: { id: number; title: string; symptoms: MonitorCheck[]; at: Date },
): Promise<void> {
  await trx
    .updateTable("incident")
    .set({ title: seen.title, symptoms: JSON.stringify(seen.symptoms), last_seen_at: seen.at })
    .where("id", "=", seen.id)
    .execute();
}

/** All checks of its cause pass again. */
export async function resolveIncident(
  trx: Transaction<Tables>,
  { id, model, at }: { id: number; model: string; at: Date },
): Promise<void> {
  await trx
    .updateTable("incident")
    .set({ state: "resolved", resolved_at: at })
    .where("id", "=", id)
    .execute();
  await addAudit(trx, { action: "resolve_incident", model, subject: `incident ${id}` });
}
