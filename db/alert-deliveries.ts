/** Alerts to be delivered, written with what they tell of; db/alert-queue.ts gives them to whoever sends them. */
import { randomUUID } from "node:crypto";
import { type Kysely, sql, type Transaction } from "kysely";
import { ownerOf, routeAlert } from "../core/alert-route.ts";
import type { Incident } from "../core/api.ts";
import type { Definition } from "../core/definition.ts";
import { durationMs } from "../core/duration.ts";
import { type AlertTestEvent, type IncidentEventType, incidentEvent } from "../core/incident-event.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";

/** What says who is told of what. */
export type AlertSettings = Pick<Definition, "alerts" | "sources" | "owner">;

/**
 * Keeps the alerts of an incident's beginning for sending, one for each channel that its routes lead to, once; and those that are
 * due when nobody looks after it.
 */
export async function addOpenedAlerts(
  trx: Transaction<Tables>,
  settings: AlertSettings,
  incident: Incident,
  at: string,
): Promise<void> {
  if (!settings.alerts) return;
  const { severity, cause, openedAt } = incident;
  const about = { severity, owner: ownerOf(settings, cause), openedAt: new Date(openedAt) };
  await addAlerts(trx, routeAlert(settings.alerts, about), { type: "holt.incident.opened", incident, at });
  const { escalate } = settings.alerts;
  if (!escalate) return;
  const due = new Date(about.openedAt.getTime() + durationMs(escalate.after));
  const escalated = { type: "holt.incident.escalated" as const, incident, at: due.toISOString() };
  await addAlerts(trx, escalate.to, escalated, due);
}

/** Keeps the alerts of what came of an incident, for the channels that were told of it; who would have been told is not any more. */
export async function addLaterAlerts(
  trx: Transaction<Tables>,
  type: Exclude<IncidentEventType, "holt.incident.opened" | "holt.incident.acted">,
  incident: Incident,
  at: string,
): Promise<void> {
  await trx
    .updateTable("alert_delivery")
    .set({ dropped: "somebody looked after it in time, or it is over" })
    .where("incident_id", "=", incident.id)
    .where("event", "=", "holt.incident.escalated")
    .where("delivered_at", "is", null)
    .where("attempts", "=", 0)
    .execute();
  await addAlerts(trx, await listChannelsTold(trx, incident.id), { type, incident, at });
}

/**
 * Tells of an action that was taken or withheld: with the incident's beginning where that was not sent yet, else by an alert of
 * its own. Twice is once.
 */
export async function addActedAlerts(
  trx: Transaction<Tables>,
  incident: Incident,
  action: string,
  at: string,
): Promise<void> {
  await renewUnsentAlerts(trx, incident, at);
  const told = await trx
    .selectFrom("alert_delivery")
    .select("channel")
    .where("incident_id", "=", incident.id)
    .where("event", "=", "holt.incident.opened")
    .where("dropped", "is", null)
    .where((of) => of.or([of("attempts", ">", 0), of("delivered_at", "is not", null)]))
    .orderBy("channel")
    .execute();
  const channels = told.map(({ channel }) => channel);
  await addAlerts(trx, channels, { type: "holt.incident.acted", incident, at, about: action });
}

/** Has alerts of an incident's beginning that nobody tried to send yet tell how it stands now, and looks at once whether they may. */
export async function renewUnsentAlerts(
  trx: Transaction<Tables>,
  incident: Incident,
  at: string,
): Promise<void> {
  const event = incidentEvent("", "holt.incident.opened", at, incident);
  await trx
    .updateTable("alert_delivery")
    .set({
      body: sql`jsonb_set(${JSON.stringify(event)}::jsonb, '{id}', to_jsonb(id))`,
      next_attempt_at: sql`now()`,
    })
    .where("incident_id", "=", incident.id)
    .where("event", "=", "holt.incident.opened")
    .where("delivered_at", "is", null)
    .where("attempts", "=", 0)
    .execute();
}

/**
 * Keeps tests of a model's channels, which nobody but the caller sends, once.
 * @throws {NotAllowed} who has this proof may not
 */
export async function addAlertTests(
  db: Kysely<Tables>,
  { proof, model, tests }: { proof: string; model: string; tests: readonly AlertTestEvent[] },
): Promise<void> {
  const rows = tests.map((body) => ({ id: body.id, channel: body.data.channel, body }));
  await withRefusals(() =>
    sql`select test_alerts(${proof}, ${model}, ${JSON.stringify(rows)}::jsonb)`.execute(db),
  );
}

async function addAlerts(
  trx: Transaction<Tables>,
  channels: readonly string[],
  {
    type,
    incident,
    at,
    about = "",
  }: { type: IncidentEventType; incident: Incident; at: string; about?: string },
  due?: Date,
): Promise<void> {
  if (channels.length === 0) return;
  const rows = channels.map((channel) => {
    const event = incidentEvent(randomUUID(), type, at, incident);
    return {
      ...{ id: event.id, incident_id: incident.id, event: type, body: JSON.stringify(event), channel, about },
      ...(due && { next_attempt_at: due }),
    };
  });
  await trx
    .insertInto("alert_delivery")
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function listChannelsTold(db: Kysely<Tables>, incidentId: number): Promise<string[]> {
  const rows = await db
    .selectFrom("alert_delivery")
    .select("channel")
    .distinct()
    .where("incident_id", "=", incidentId)
    .where("event", "in", ["holt.incident.opened", "holt.incident.escalated"])
    .where("dropped", "is", null)
    .orderBy("channel")
    .execute();
  return rows.map(({ channel }) => channel);
}
