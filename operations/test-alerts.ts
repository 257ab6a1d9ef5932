import { randomUUID } from "node:crypto";
import { channelsOf } from "../core/alert-route.ts";
import { incidentLink } from "../core/alert-words.ts";
import type { AlertTestResult } from "../core/alerts-api.ts";
import { definitionSchema } from "../core/definition.ts";
import type { AlertChannel } from "../core/definition-alerts.ts";
import { InvalidInput } from "../core/errors.ts";
import { didYouMean, quoteAll } from "../core/faults.ts";
import { type AlertTestEvent, alertTestEvent } from "../core/incident-event.ts";
import type { Actor } from "../core/roles.ts";
import { addAlertTests } from "../db/alert-deliveries.ts";
import { markAlertDelivered, markAlertFailed } from "../db/alert-queue.ts";
import { getDefinition } from "../db/definitions.ts";
import { getModel } from "../db/views/models.ts";
import { NotSent } from "../notify/not-sent.ts";
import { sendAlert } from "../notify/send-alert.ts";
import type { NotifySettings } from "../notify/settings.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

interface Wanted {
  model: string;
  /** Every channel of the model's definition when left out. */
  channels?: string[] | undefined;
}

/**
 * Sends a marked test through a model's channels with what this process has in its environment, once each and all at the same time;
 * the delivery log keeps what came of it.
 * @throws {NotAllowed} @throws {NotFound} no such model @throws {InvalidInput} it has no such channel, or none
 */
export async function testAlerts(
  { database: { db } }: OperationsContext,
  actor: Actor,
  { model, channels: wanted }: Wanted,
  sending: { settings: NotifySettings; signal: AbortSignal },
): Promise<AlertTestResult[]> {
  requireAbility(actor, "submit");
  const { body } = await getDefinition(db, (await getModel(db, model)).definition_digest);
  const channels = chosenOf(model, channelsOf(definitionSchema.parse(body).alerts ?? {}), wanted);
  const time = new Date().toISOString();
  const tests = channels.map(([name, channel]) => {
    const data = { model, channel: name, requestedBy: actor.name };
    return { channel, event: alertTestEvent(randomUUID(), time, data) };
  });
  const proof = actor.proof.reveal();
  await addAlertTests(db, { proof, model, tests: tests.map(({ event }) => event) });
  return Promise.all(
    tests.map(async ({ channel, event }) => {
      const problem = await send(channel, event, sending);
      if (problem === null) await markAlertDelivered(db, event.id, null);
      else await markAlertFailed(db, event.id, { problem });
      return { channel: event.data.channel, kind: channel.kind, delivered: problem === null, problem };
    }),
  );
}

/** Why it could not be delivered. */
async function send(
  channel: AlertChannel,
  event: AlertTestEvent,
  { settings, signal }: { settings: NotifySettings; signal: AbortSignal },
): Promise<string | null> {
  const { id, type, data: test } = event;
  const link = incidentLink(settings.serverUrl);
  return sendAlert(channel, { id, type, test, link, event, first: null }, { settings, signal }).then(
    () => null,
    (error: Error) => {
      if (error instanceof NotSent) return error.message;
      throw error;
    },
  );
}

function chosenOf(
  model: string,
  known: Map<string, AlertChannel>,
  wanted: readonly string[] | undefined,
): [string, AlertChannel][] {
  const names = [...known.keys()];
  if (names.length === 0)
    throw new InvalidInput(
      `model "${model}": its definition names no channel for alerts; see docs/alerts.md`,
    );
  const strange = wanted?.find((name) => !known.has(name));
  if (strange !== undefined)
    throw new InvalidInput(
      `model "${model}": "${strange}" is no channel of its alerts; known are ${quoteAll(names)}${didYouMean(strange, names)}`,
    );
  return [...known].filter(([name]) => !wanted || wanted.includes(name));
}
