/** Alerts for whoever sends them, at least once to each channel. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { ExperimentEventType } from "../core/experiment-event.ts";
import type { IncidentEventType } from "../core/incident-event.ts";
import { nextAttempt } from "./retry-pause.ts";
import type { AlertDeliveryTable, Tables } from "./tables.ts";

/** Of its incident, or its own. */
const MODEL = sql<string>`coalesce(incident.model, alert_delivery.model)`;
/** After which nobody tries again: about a week, an hour apart. */
export const MOST_ATTEMPTS = 175;

interface TakenAlert extends Pick<Selectable<AlertDeliveryTable>, "id" | "channel" | "body"> {
  event: IncidentEventType | ExperimentEventType;
  /** How the same channel was told of the incident first. */
  first: { id: string; reference: string | null } | null;
}

/** Models of which an alert is due. */
export async function listModelsToAlert(db: Kysely<Tables>): Promise<string[]> {
  const rows = await due(db).select(MODEL.as("model")).distinct().orderBy("model").execute();
  return rows.map(({ model }) => model);
}

/** Models of which an alert waits that could not be delivered. */
export async function listModelsUnalerted(db: Kysely<Tables>): Promise<string[]> {
  const rows = await waiting(db)
    .select(MODEL.as("model"))
    .distinct()
    .where("alert_delivery.problem", "is not", null)
    .orderBy("model")
    .execute();
  return rows.map(({ model }) => model);
}

/** A model's alerts. */
export function alertQueue(db: Kysely<Tables>, model: string) {
  return {
    take: (without: readonly string[]) => takeAlert(db, model, without),
    markDelivered: (id: string, reference: string | null) => markAlertDelivered(db, id, reference),
    markFailed: (id: string, failure: { problem: string; pauseMs?: number | undefined }) =>
      markAlertFailed(db, id, failure),
    postpone: (id: string, until: Date) => postponeAlert(db, id, until),
    drop: (id: string, why: string) => dropAlert(db, id, why),
  };
}

/**
 * Takes one alert to send, the oldest first; nobody else gets it until its next attempt is due. What comes later of an incident waits
 * until the channel has what came before. What nobody needs any more is dropped on the way.
 * @param without channels that cannot be reached just now
 */
async function takeAlert(
  db: Kysely<Tables>,
  model: string,
  without: readonly string[],
): Promise<TakenAlert | undefined> {
  for (;;) {
    const taken = await takeNext(db, model, without);
    if (!taken) return undefined;
    const { id, incident_id, channel, event, body } = taken;
    // tests are sent by whoever asks for them
    if (incident_id === null) return { id, channel, body, event: event as ExperimentEventType, first: null };
    const { state } = await db
      .selectFrom("incident")
      .select("state")
      .where("id", "=", incident_id)
      .executeTakeFirstOrThrow();
    const isFirstTry = taken.attempts === 1;
    if (event === "holt.incident.escalated" && state !== "open")
      await dropAlert(db, id, "somebody looked after it in time, or it is over");
    else if (event === "holt.incident.opened" && state === "resolved" && isFirstTry)
      await dropIncident(db, { incidentId: incident_id, channel });
    else {
      const first = await findFirst(db, incident_id, channel);
      return { id, channel, body, event: event as IncidentEventType, first: first ?? null };
    }
  }
}

function takeNext(db: Kysely<Tables>, model: string, without: readonly string[]) {
  const next = due(db)
    .select("alert_delivery.id")
    .where(MODEL, "=", model)
    .$if(without.length > 0, (query) => query.where("alert_delivery.channel", "not in", without))
    .orderBy("alert_delivery.created_at")
    .orderBy("alert_delivery.id")
    .limit(1)
    .forUpdate("alert_delivery")
    .skipLocked();
  return db
    .updateTable("alert_delivery")
    .set({ attempts: sql`attempts + 1`, next_attempt_at: nextAttempt() })
    .where("id", "=", next)
    .returning(["id", "incident_id", "channel", "event", "body", "attempts"])
    .executeTakeFirst();
}

function findFirst(db: Kysely<Tables>, incidentId: number, channel: string) {
  return db
    .selectFrom("alert_delivery")
    .select(["id", "reference"])
    .where("incident_id", "=", incidentId)
    .where("channel", "=", channel)
    .where("event", "in", ["holt.incident.opened", "holt.incident.escalated"])
    .where("dropped", "is", null)
    .orderBy(sql`event = 'holt.incident.escalated'`)
    .executeTakeFirst();
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

/** It was taken, and may not be sent before that time; that is no attempt. */
async function postponeAlert(db: Kysely<Tables>, id: string, until: Date): Promise<void> {
  await db
    .updateTable("alert_delivery")
    .set({ attempts: sql`attempts - 1`, next_attempt_at: until })
    .where("id", "=", id)
    .execute();
}

async function dropAlert(db: Kysely<Tables>, id: string, why: string): Promise<void> {
  await db.updateTable("alert_delivery").set({ dropped: why }).where("id", "=", id).execute();
}

/** An incident that was over before anybody was told of it is told to nobody. */
async function dropIncident(
  db: Kysely<Tables>,
  { incidentId, channel }: { incidentId: number; channel: string },
): Promise<void> {
  await db
    .updateTable("alert_delivery")
    .set({ dropped: "it was over before it could be told" })
    .where("incident_id", "=", incidentId)
    .where("channel", "=", channel)
    .where("delivered_at", "is", null)
    .execute();
}

/** What may be sent now: not silenced, and the channel has what came before. */
function due(db: Kysely<Tables>) {
  return waiting(db)
    .where("alert_delivery.next_attempt_at", "<=", sql<Date>`now()`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("alert_delivery as earlier")
            .select("earlier.id")
            .whereRef("earlier.incident_id", "=", "alert_delivery.incident_id")
            .whereRef("earlier.channel", "=", "alert_delivery.channel")
            .whereRef("earlier.created_at", "<", "alert_delivery.created_at")
            .where("earlier.delivered_at", "is", null)
            .where("earlier.dropped", "is", null)
            .where("earlier.attempts", "<", MOST_ATTEMPTS),
        ),
      ),
    )
    .where(({ or, eb, not, exists, selectFrom }) =>
      or([
        eb("alert_delivery.event", "not in", ["holt.incident.opened", "holt.incident.escalated"]),
        not(
          exists(
            selectFrom("alert_silence")
              .select("alert_silence.id")
              .where(sql<boolean>`coalesce(alert_silence.model, incident.model) = incident.model`)
              .where(sql<boolean>`coalesce(alert_silence.cause, incident.cause) = incident.cause`)
              .where("alert_silence.lifted_at", "is", null)
              .where("alert_silence.ends_at", ">", sql<Date>`now()`),
          ),
        ),
      ]),
    );
}

function waiting(db: Kysely<Tables>) {
  return db
    .selectFrom("alert_delivery")
    .leftJoin("incident", "incident.id", "alert_delivery.incident_id")
    .where((of) =>
      of.or([
        of("alert_delivery.incident_id", "is not", null),
        of("alert_delivery.experiment_id", "is not", null),
      ]),
    )
    .where("alert_delivery.delivered_at", "is", null)
    .where("alert_delivery.dropped", "is", null)
    .where("alert_delivery.attempts", "<", MOST_ATTEMPTS);
}
