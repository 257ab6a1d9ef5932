import { cancellationSignal, log } from "@temporalio/activity";
import { definitionSchema } from "../core/definition.ts";
import { getDefinition } from "../db/definitions.ts";
import { getModel } from "../db/views/models.ts";
import { listWaitingWebhooks, markDelivered } from "../db/webhooks.ts";
import { sendWebhooks } from "../notify/webhooks.ts";
import type { ActivityContext } from "./context.ts";

export const alertActivities = (context: ActivityContext) => ({
  /**
   * Sends the model's waiting webhooks, signed as Standard Webhooks says, the oldest first. At least once each: the
   * receiver knows one that comes again by its `webhook-id`. What a receiver refuses doesn't hold up the others.
   * @throws {InvalidInput} the signing secret isn't set, or is none; no retry
   * @throws {Error} some could not be delivered; the next attempt sends those again
   */
  async sendAlerts({ model }: { model: string }): Promise<{ delivered: number }> {
    const { db } = context.database;
    const { body } = await getDefinition(db, (await getModel(db, model)).definition_digest);
    const { alerts } = definitionSchema.parse(body);
    const waiting = alerts ? await listWaitingWebhooks(db, model) : [];
    if (!alerts || waiting.length === 0) return { delivered: 0 };
    const failures = await sendWebhooks(alerts.webhook, waiting, {
      process: "worker",
      onSent: (id) => markDelivered(db, id),
      signal: cancellationSignal(),
    });
    const delivered = waiting.length - failures.length;
    log.info("webhooks sent", { model, delivered, failed: failures.length });
    if (failures.length > 0)
      throw new Error(
        `alerts.webhook.url: could not deliver ${failures.length} of ${waiting.length} webhooks, the first since ${failures[0]}`,
      );
    return { delivered };
  },
});
