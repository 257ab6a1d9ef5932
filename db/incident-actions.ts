/** What Holt did about incidents by itself. The database's functions say what it may, and who may undo it. */
import { type Kysely, sql } from "kysely";
import { type ActionKind, type IncidentAction, incidentActionSchema } from "../core/incident-action.ts";
import { withRefusals } from "./refusals.ts";
import { HOLT } from "./safeguards.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

export interface DueAction {
  incidentId: number;
  /** As the definition calls it. */
  name: string;
  do: ActionKind;
}

/** What the applied definition has done about what the last look found, and was not yet. */
export async function listDueActions(db: Kysely<Tables>, model: string): Promise<DueAction[]> {
  const { rows } = await sql<DueAction>`
    select incident_id as "incidentId", name, rule ->> 'do' as do from due_actions(${model})`.execute(db);
  return rows;
}

/**
 * Takes an action, or withholds it when it was taken as often as its definition allows, or for `obstacle`. Twice is once.
 * @throws {Conflict} the definition or the last look asks for it no more
 */
export async function takeAction(
  db: Kysely<Tables>,
  { incidentId, name }: Pick<DueAction, "incidentId" | "name">,
  obstacle: string | null = null,
): Promise<void> {
  await withRefusals(() => sql`select take_action(${incidentId}, ${name}, ${obstacle})`.execute(db));
}

/**
 * A person undoes what was done, or has it stay when the cause is gone.
 * @throws {NotAllowed | NotFound | InvalidInput} @throws {Conflict} it was withheld, is a run, or something else went live since
 */
export async function settleAction(
  db: Kysely<Tables>,
  of: { proof: string; incidentId: number; name: string; verdict: "undo" | "keep"; reason: string },
): Promise<void> {
  const { proof, incidentId, name, verdict, reason } = of;
  await withRefusals(() =>
    sql`select settle_action(${proof}, ${incidentId}, ${name}, ${verdict}, ${reason})`.execute(db),
  );
}

/** The actions of these incidents, the first first. */
export async function listIncidentActions(
  db: Kysely<Tables>,
  incidentIds: readonly number[],
): Promise<Map<number, IncidentAction[]>> {
  const found = new Map<number, IncidentAction[]>();
  if (incidentIds.length === 0) return found;
  const rows = await db
    .selectFrom("incident_action as act")
    .leftJoin("person as settler", (join) =>
      join.on((on) =>
        on.or([on("settler.id", "=", on.ref("act.undone_by")), on("settler.id", "=", on.ref("act.kept_by"))]),
      ),
    )
    .selectAll("act")
    .select((of) => of.fn.coalesce("settler.name", sql.lit(HOLT)).as("settler"))
    .where("act.incident_id", "in", incidentIds)
    .orderBy("act.at")
    .execute();
  for (const row of rows) {
    const rule = row.rule as { do: ActionKind; undo?: string };
    const isUndone = row.undone_at !== null;
    const isSettled = isUndone || row.kept_at !== null;
    const action = incidentActionSchema.parse({
      ...{ name: row.name, do: rule.do, reason: row.reason, at: iso(row.at), runId: row.run_id },
      state: isUndone ? "undone" : isSettled ? "kept" : row.outcome,
      needsConfirmation: rule.do === "roll_back" || rule.undo === "confirm",
      settledAt: iso(row.undone_at ?? row.kept_at),
      settledBy: isSettled ? row.settler : null,
      settledReason: row.undone_reason ?? row.kept_reason,
    });
    found.set(row.incident_id, [...(found.get(row.incident_id) ?? []), action]);
  }
  return found;
}

/** What keeps scheduled runs of a model from being opened now; the incident that has stood longest first. */
export async function listHolds(
  db: Kysely<Tables>,
  model: string,
): Promise<{ incidentId: number; cause: string; since: Date }[]> {
  const { rows } = await sql<{ incidentId: number; cause: string; since: Date }>`
    select incident_id as "incidentId", cause, since from hold_of(${model})`.execute(db);
  return rows;
}

/** An incident that held scheduled runs at some time from then on, and did when a tick of that time came. */
export async function findHoldAt(db: Kysely<Tables>, model: string, at: Date): Promise<number | undefined> {
  const row = await db
    .selectFrom("safeguard")
    .innerJoin("incident_action as act", "act.safeguard_id", "safeguard.id")
    .select("act.incident_id")
    .where("safeguard.kind", "=", "hold")
    .where("safeguard.model", "=", model)
    .where("safeguard.starts_at", "<=", at)
    .where(
      ({ fn, val }) => sql<boolean>`${fn.coalesce("safeguard.lifted_at", "safeguard.ends_at")} >= ${val(at)}`,
    )
    .orderBy("safeguard.starts_at")
    .limit(1)
    .executeTakeFirst();
  return row?.incident_id;
}
