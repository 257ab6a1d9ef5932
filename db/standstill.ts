/** What a server reads and writes to notice that monitors stand still. */
import { type Kysely, sql } from "kysely";
import type { MonitorCheck } from "../core/api.ts";
import { definitionSchema } from "../core/definition.ts";
import type { WatchedMonitor } from "../core/standstill.ts";
import { type AlertSettings, addOpenedAlerts } from "./alert-deliveries.ts";
import type { Tables } from "./tables.ts";
import { getIncident } from "./views/incidents.ts";

export type MonitorOfModel = WatchedMonitor & { settings: AlertSettings };

/** The monitor of every model, with when it looked last; by name. */
export async function listMonitors(db: Kysely<Tables>): Promise<MonitorOfModel[]> {
  const rows = await db
    .selectFrom("model")
    .innerJoin("definition", "definition.digest", "model.definition_digest")
    .select(["model.name", "model.applied_at", "definition.body"])
    .select((of) =>
      of
        .selectFrom("monitor_run")
        .select((run) => run.fn.max("monitor_run.at").as("at"))
        .whereRef("monitor_run.model", "=", "model.name")
        .as("last_at"),
    )
    .orderBy("model.name")
    .execute();
  return rows.map(({ name, applied_at, body, last_at }) => {
    const settings = definitionSchema.parse(body);
    const { every } = settings.monitor;
    return { model: name, every, appliedAt: applied_at, lastAt: last_at ?? undefined, settings };
  });
}

/**
 * Opens the incident of a monitor that stands still, with the alerts that tell of it where the definition names somebody
 * to tell; says it anew where it stands already.
 * @returns its id when it was opened; undefined when it stood already, or the monitor looked meanwhile
 */
export function noteStandstill(
  db: Kysely<Tables>,
  { model, lastAt, settings }: MonitorOfModel,
  { title, symptom }: { title: string; symptom: MonitorCheck },
): Promise<number | undefined> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ id: number | null }>`
      select note_standstill(${model}, ${lastAt ?? null}, ${title}, ${JSON.stringify([symptom])}) as id`.execute(
      trx,
    );
    const id = rows[0]?.id ?? undefined;
    if (id === undefined) return id;
    const incident = await getIncident(trx, id);
    await addOpenedAlerts(trx, settings, incident, incident.openedAt);
    return id;
  });
}
