/** The delivery log of alerts, as the API and the CLI show it. */
import { type Kysely, sql } from "kysely";
import type { AlertRecord } from "../../core/alerts-api.ts";
import { MOST_ATTEMPTS } from "../alert-queue.ts";
import type { Tables } from "../tables.ts";
import { iso } from "./time.ts";

const MOST_ALERTS = 200;

/** As db/alert-queue.ts holds them back. */
const SILENCED_UNTIL = sql<Date | null>`(select max(ends_at) from alert_silence
  where alert_delivery.event in ('holt.incident.opened', 'holt.incident.escalated')
    and coalesce(alert_silence.model, incident.model) = incident.model
    and coalesce(alert_silence.cause, incident.cause) = incident.cause
    and alert_silence.lifted_at is null and alert_silence.ends_at > now())`;

export interface AlertsWanted {
  model?: string | undefined;
  incident?: number | undefined;
  state?: AlertRecord["state"] | undefined;
}

/** The newest 200 that are wanted, the newest first. */
export async function listAlerts(db: Kysely<Tables>, wanted: AlertsWanted = {}): Promise<AlertRecord[]> {
  const state = sql<AlertRecord["state"]>`case when alert_delivery.delivered_at is not null then 'delivered'
    when alert_delivery.dropped is not null then 'dropped'
    when alert_delivery.incident_id is null and alert_delivery.experiment_id is null and alert_delivery.problem is not null
      or alert_delivery.attempts >= ${MOST_ATTEMPTS} then 'failed' else 'waiting' end`;
  const model = sql<string>`coalesce(incident.model, alert_delivery.model)`;
  const { model: only, incident, state: inState } = wanted;
  const rows = await db
    .selectFrom("alert_delivery")
    .leftJoin("incident", "incident.id", "alert_delivery.incident_id")
    .select([
      "alert_delivery.id",
      "alert_delivery.incident_id",
      "alert_delivery.experiment_id",
      "alert_delivery.event",
      "alert_delivery.channel",
    ])
    .select(["alert_delivery.created_at", "alert_delivery.delivered_at", "alert_delivery.attempts"])
    .select(["alert_delivery.problem", "alert_delivery.next_attempt_at", "alert_delivery.dropped"])
    .select([state.as("state"), model.as("model"), SILENCED_UNTIL.as("silenced_until")])
    .$if(only !== undefined, (query) => query.where(model, "=", only ?? ""))
    .$if(incident !== undefined, (query) => query.where("alert_delivery.incident_id", "=", incident ?? 0))
    .$if(inState !== undefined, (query) => query.where(state, "=", inState ?? "waiting"))
    .orderBy("alert_delivery.created_at", "desc")
    .orderBy("alert_delivery.id")
    .limit(MOST_ALERTS)
    .execute();
  return rows.map((row) => {
    const isWaiting = row.state === "waiting" && (row.incident_id ?? row.experiment_id) !== null;
    const silencedUntil = isWaiting ? iso(row.silenced_until) : null;
    return {
      ...{
        id: row.id,
        model: row.model,
        incident: row.incident_id,
        experiment: row.experiment_id,
        event: row.event,
        channel: row.channel,
      },
      ...{ state: row.state, at: iso(row.created_at), deliveredAt: iso(row.delivered_at) },
      ...{ attempts: row.attempts, problem: row.problem, dropped: row.dropped, silencedUntil },
      nextAttemptAt: isWaiting && silencedUntil === null ? iso(row.next_attempt_at) : null,
    };
  });
}
