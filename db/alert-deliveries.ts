/** Alerts to be delivered: written with what they tell of, sent by whoever takes them, at least once to each channel. */
import { randomUUID } from "node:crypto";
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import { ownerOf, routeAlert } from "../core/alert-route.ts";
import type { Incident } from "../core/api.ts";
import type { Definition } from "../core/definition.ts";
import { type AlertTestEvent, type IncidentEventType, incidentEvent } from "../core/incident-event.ts";
import { withRefusals } from "./refusals.ts";
import { GIVE_UP_AFTER, nextAttempt } from "./retry-pause.ts";
import type { AlertDeliveryTable, Tables } from "./tables.ts";

/** What says who is told of what. */
export type AlertSettings = Pick<Definition, "alerts" | "sources" | "owner">;

interface TakenAlert extends Pick<Selectable<AlertDeliveryTable>, "id" | "channel" | "body"> {
  event: IncidentEventType;
  /** The delivery of the same incident's beginning to the same channel. */
  opened: { id: string; reference: string | null } | null;
}

/** Keeps the alerts of an incident's beginning for sending, one for each channel that its routes lead to, once. */
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
}

/** Keeps the alerts of what came of an incident, for the channels that were told of its beginning. */
export async function addLaterAlerts(
  trx: Transaction<Tables>,
  type: Exclude<IncidentEventType, "holt.incident.opened">,
  incident: Incident,
  at: string,
): Promise<void> {
  await addAlerts(trx, await listChannelsTold(trx, incident.id), { type, incident, at });
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

/** Models of which an alert is due. */
export async function listModelsToAlert(db: Kysely<Tables>): Promise<string[]> {
  const rows = await waiting(db)
    .select("incident.model")
    .distinct()
    .where("alert_delivery.next_attempt_at", "<=", sql<Date>`now()`)
    .orderBy("incident.model")
    .execute();
  return rows.map(({ model }) => model);
}

/** Models of which an alert waits that could not be delivered. */
export async function listModelsUnalerted(db: Kysely<Tables>): Promise<string[]> {
  const rows = await waiting(db)
    .select("incident.model")
    .distinct()
    .where("alert_delivery.problem", "is not", null)
    .orderBy("incident.model")
    .execute();
  return rows.map(({ model }) => model);
}

/** A model's alerts for whoever sends them. */
export function alertQueue(db: Kysely<Tables>, model: string) {
  return {
    take: (without: readonly string[]) => takeAlert(db, { model, without }),
    markDelivered: (id: string, reference: string | null) => markAlertDelivered(db, id, reference),
    markFailed: (id: string, failure: { problem: string; pauseMs?: number | undefined }) =>
      markAlertFailed(db, id, failure),
  };
}

/**
 * Takes one alert of a model to send, the oldest first; nobody else gets it until its next attempt is due. What comes later of an
 * incident waits until the channel has what came before.
 * @param without channels that cannot be reached just now
 */
async function takeAlert(
  db: Kysely<Tables>,
  { model, without }: { model: string; without: readonly string[] },
): Promise<TakenAlert | undefined> {
  const next = waiting(db)
    .select("alert_delivery.id")
    .where("incident.model", "=", model)
    .where("alert_delivery.next_attempt_at", "<=", sql<Date>`now()`)
    .$if(without.length > 0, (query) => query.where("alert_delivery.channel", "not in", without))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("alert_delivery as earlier")
            .select("earlier.id")
            .whereRef("earlier.incident_id", "=", "alert_delivery.incident_id")
            .whereRef("earlier.channel", "=", "alert_delivery.channel")
            .whereRef("earlier.created_at", "<", "alert_delivery.created_at")
            .where("earlier.delivered_at", "is", null)
            .where("earlier.created_at", ">", sql<Date>`now() - ${GIVE_UP_AFTER}::interval`),
        ),
      ),
    )
    .orderBy("alert_delivery.created_at")
    .orderBy("alert_delivery.id")
    .limit(1)
    .forUpdate("alert_delivery")
    .skipLocked();
  const row = await db
    .updateTable("alert_delivery")
    .set({ attempts: sql`attempts + 1`, next_attempt_at: nextAttempt() })
    .where("id", "=", next)
    .returning(["id", "incident_id", "channel", "event", "body"])
    .executeTakeFirst();
  if (!row) return undefined;
  const opened = await db
    .selectFrom("alert_delivery")
    .select(["id", "reference"])
    .where("incident_id", "=", row.incident_id)
    .where("channel", "=", row.channel)
    .where("event", "=", "holt.incident.opened")
    .executeTakeFirst();
  // tests are sent by whoever asks for them
  return { ...row, event: row.event as IncidentEventType, opened: opened ?? null };
}

/** @param reference where the receiver keeps it */
export async function markAlertDelivered(
  db: Kysely<Tables>,
  id: string,
  reference: string | null,
): Promise<void> {
  await db
    .updateTable("alert_delivery")
    .set({ delivered_at: sql`now()`, reference, problem: null })
    .where("id", "=", id)
    .where("delivered_at", "is", null)
    .execute();
}

/** Says why it could not be delivered; `pauseMs` when the receiver asked for a pause of its own. */
export async function markAlertFailed(
  db: Kysely<Tables>,
  id: string,
  { problem, pauseMs }: { problem: string; pauseMs?: number | undefined },
): Promise<void> {
  await db
    .updateTable("alert_delivery")
    .set({ problem })
    .$if(pauseMs !== undefined, (query) =>
      query.set({
        next_attempt_at: sql`now() + ${pauseMs ?? 0}::double precision * interval '1 millisecond'`,
      }),
    )
    .where("id", "=", id)
    .execute();
}

async function addAlerts(
  trx: Transaction<Tables>,
  channels: readonly string[],
  { type, incident, at }: { type: IncidentEventType; incident: Incident; at: string },
): Promise<void> {
  if (channels.length === 0) return;
  const rows = channels.map((channel) => {
    const event = incidentEvent(randomUUID(), type, at, incident);
    return { id: event.id, incident_id: incident.id, event: type, body: JSON.stringify(event), channel };
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
    .where("incident_id", "=", incidentId)
    .where("event", "=", "holt.incident.opened")
    .execute();
  return rows.map(({ channel }) => channel);
}

function waiting(db: Kysely<Tables>) {
  return db
    .selectFrom("alert_delivery")
    .innerJoin("incident", "incident.id", "alert_delivery.incident_id")
    .where("alert_delivery.delivered_at", "is", null)
    .where("alert_delivery.created_at", ">", sql<Date>`now() - ${GIVE_UP_AFTER}::interval`);
}
