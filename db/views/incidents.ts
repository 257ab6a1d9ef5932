/** Incidents as the API and the CLI show them, and who looks after one. */
import { type Kysely, sql } from "kysely";
import { type Incident, monitorCheckSchema } from "../../core/api.ts";
import { NotFound } from "../../core/errors.ts";
import type { IncidentAction } from "../../core/incident-action.ts";
import { severityOf } from "../../core/incident-severity.ts";
import { listIncidentActions } from "../incident-actions.ts";
import { withRefusals } from "../refusals.ts";
import type { Tables } from "../tables.ts";
import { iso } from "./time.ts";

const MOST_INCIDENTS = 200;

/** The newest 200 of this model and state, or of all: open ones first. */
export async function listIncidents(
  db: Kysely<Tables>,
  only: { model?: string | undefined; state?: Incident["state"] | undefined } = {},
): Promise<Incident[]> {
  let query = selectIncidents(db)
    .orderBy(sql`incident.state = 'resolved'`)
    .orderBy("incident.opened_at", "desc")
    .orderBy("incident.id", "desc")
    .limit(MOST_INCIDENTS);
  if (only.model !== undefined) query = query.where("incident.model", "=", only.model);
  if (only.state !== undefined) query = query.where("incident.state", "=", only.state);
  const rows = await query.execute();
  const actions = await listIncidentActions(
    db,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => toIncident(row, actions.get(row.id)));
}

/** @throws {NotFound} */
export async function getIncident(db: Kysely<Tables>, id: number): Promise<Incident> {
  const row = await selectIncidents(db).where("incident.id", "=", id).executeTakeFirst();
  if (!row) throw unknown(id);
  return toIncident(row, (await listIncidentActions(db, [id])).get(id));
}

/**
 * Whoever holds `proof` looks after an open incident, with an entry in the log.
 * @throws {Conflict} it is resolved @throws {NotFound} @throws {NotAllowed}
 */
export async function acknowledge(db: Kysely<Tables>, id: number, proof: string): Promise<void> {
  await withRefusals(() => sql`select acknowledge_incident(${proof}, ${id})`.execute(db));
}

function selectIncidents(db: Kysely<Tables>) {
  return db
    .selectFrom("incident")
    .innerJoin("model", "model.name", "incident.model")
    .innerJoin("definition", "definition.digest", "model.definition_digest")
    .leftJoin("person", "person.id", "incident.acknowledged_by")
    .selectAll("incident")
    .select("person.name as acknowledged_by_name")
    .select(
      // as core/alert-route.ts has it
      sql<string | null>`coalesce(
        definition.body #>> array['sources', substring(incident.cause from '^source:(.*)$'), 'runbook'],
        definition.body ->> 'runbook')`.as("runbook"),
    );
}

function toIncident(
  row: Awaited<ReturnType<ReturnType<typeof selectIncidents>["executeTakeFirstOrThrow"]>>,
  actions: IncidentAction[] = [],
): Incident {
  const symptoms = monitorCheckSchema.array().parse(row.symptoms);
  return {
    id: row.id,
    model: row.model,
    cause: row.cause,
    title: row.title,
    severity: severityOf(symptoms),
    state: row.state,
    symptoms,
    openedAt: iso(row.opened_at),
    lastSeenAt: iso(row.last_seen_at),
    acknowledgedBy: row.acknowledged_by_name,
    resolvedAt: iso(row.resolved_at),
    runbook: row.runbook,
    actions,
  };
}

function unknown(id: number): NotFound {
  return new NotFound(`incident ${id}: does not exist; see "holt incidents"`);
}
