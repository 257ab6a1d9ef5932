import { definitionSchema } from "../core/definition.ts";
import { alertQueue, listModelsToAlert, listModelsUnalerted } from "../db/alert-queue.ts";
import { getDefinition } from "../db/definitions.ts";
import { getModel } from "../db/views/models.ts";
import { sendAlerts } from "../notify/send-alerts.ts";
import type { NotifySettings } from "../notify/settings.ts";
import type { OperationsContext } from "./context.ts";

interface Sending {
  settings: NotifySettings;
  signal: AbortSignal;
}

/**
 * Sends what is due of every model's alerts, from outside of Temporal: what could not be delivered comes again, also when workers are
 * away.
 * @returns why some could not be delivered, and of which models some wait that could not be
 */
export async function sendDueAlerts(
  { database: { db } }: OperationsContext,
  sending: Sending,
): Promise<{ problems: string[]; unalerted: string[] }> {
  const problems: string[] = [];
  for (const model of await listModelsToAlert(db)) {
    sending.signal.throwIfAborted();
    const sent = await sendOf(db, model, sending).catch(({ message }: Error) => ({
      problems: [message],
    }));
    problems.push(...sent.problems.map((problem) => `model "${model}": ${problem}`));
  }
  return { problems, unalerted: await listModelsUnalerted(db) };
}

async function sendOf(db: OperationsContext["database"]["db"], model: string, sending: Sending) {
  const { body } = await getDefinition(db, (await getModel(db, model)).definition_digest);
  return sendAlerts(alertQueue(db, model), definitionSchema.parse(body), sending);
}
