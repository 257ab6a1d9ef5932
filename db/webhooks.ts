/** Webhooks to be sent: written with what they tell of, sent by whoever comes by. */
import type { Kysely, Transaction } from "kysely";
import type { IncidentEvent } from "../core/incident-event.ts";
import type { Tables } from "./tables.ts";

export interface WaitingWebhook {
  id: string;
  /** The event, as it is sent. */
  body: object;
}

/** Keeps an event for sending, under the event's own id; one incident has each type once. */
export async function addWebhook(trx: Transaction<Tables>, event: IncidentEvent): Promise<void> {
  await trx
    .insertInto("outgoing_webhook")
    .values({
      id: event.id,
      incident_id: event.data.id,
      event: event.type,
      body: JSON.stringify(event),
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Webhooks of a model that nobody has confirmed, the oldest first. */
export function listWaitingWebhooks(db: Kysely<Tables>, model: string): Promise<WaitingWebhook[]> {
  return db
    .selectFrom("outgoing_webhook")
    .innerJoin("incident", "incident.id", "outgoing_webhook.incident_id")
    .select(["outgoing_webhook.id", "outgoing_webhook.body"])
    .where("incident.model", "=", model)
    .where("outgoing_webhook.delivered_at", "is", null)
    .orderBy("outgoing_webhook.created_at")
    .orderBy("outgoing_webhook.incident_id")
    .orderBy("outgoing_webhook.event") // opened before resolved
    .execute();
}

export async function markDelivered(db: Kysely<Tables>, id: string): Promise<void> {
  await db
    .updateTable("outgoing_webhook")
    .set({ delivered_at: new Date() })
    .where("id", "=", id)
    .where("delivered_at", "is", null)
    .execute();
}
