import { cancellationSignal, log } from "@temporalio/activity";
import { definitionSchema } from "../core/definition.ts";
import { alertQueue } from "../db/alert-queue.ts";
import { getDefinition } from "../db/definitions.ts";
import { getModel } from "../db/views/models.ts";
import { sendAlerts } from "../notify/send-alerts.ts";
import { type NotifySettings, readNotifySettings } from "../notify/settings.ts";
import type { ActivityContext } from "./context.ts";

export const alertActivities = (
  context: ActivityContext,
  settings: NotifySettings = readNotifySettings(),
) => ({
  /**
   * Sends the model's alerts that are due, at least once each. What cannot be delivered comes again later, from a server or after the
   * next look, and fails nothing: the log says why, and `holt alerts`.
   */
  async sendAlerts({ model }: { model: string }): Promise<{ delivered: number }> {
    const { db } = context.database;
    const { body } = await getDefinition(db, (await getModel(db, model)).definition_digest);
    const { delivered, problems } = await sendAlerts(alertQueue(db, model), definitionSchema.parse(body), {
      settings,
      signal: cancellationSignal(),
    });
    if (delivered > 0) log.info("alerts sent", { model, delivered });
    for (const problem of problems)
      log.warn("an alert could not be delivered, and comes again", { model, problem });
    return { delivered };
  },
});
