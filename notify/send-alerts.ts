/** Sends what waits of one model's alerts, one after the other. */

import { findQuietEnd } from "../core/alert-quiet.ts";
import { channelsOf, ownerOf, runbookOf } from "../core/alert-route.ts";
import { experimentLink, incidentLink, type TestAlert } from "../core/alert-words.ts";
import type { Definition } from "../core/definition.ts";
import type { ExperimentEvent, ExperimentEventType } from "../core/experiment-event.ts";
import type { IncidentEvent, IncidentEventType } from "../core/incident-event.ts";
import { NotSent } from "./not-sent.ts";
import { type OutgoingAlert, sendAlert } from "./send-alert.ts";
import type { NotifySettings } from "./settings.ts";

/** Leaves time to write down what became of the last one, before an activity has to end. */
const LONGEST_ROUND_MS = 60_000;

/** Where alerts wait; whoever takes one has it for a while. */
export interface AlertQueue {
  take(without: readonly string[]): Promise<WaitingAlert | undefined>;
  markDelivered(id: string, reference: string | null): Promise<void>;
  markFailed(id: string, failure: { problem: string; pauseMs?: number | undefined }): Promise<void>;
  /** It may not be sent before that time. */
  postpone(id: string, until: Date): Promise<void>;
  /** Nobody needs it any more. */
  drop(id: string, why: string): Promise<void>;
}

export interface WaitingAlert {
  id: string;
  channel: string;
  event: IncidentEventType | ExperimentEventType;
  body: object;
  first: { id: string; reference: string | null } | null;
}

export interface SentAlerts {
  delivered: number;
  /** Why others could not be delivered; they come again later. */
  problems: string[];
}

/**
 * At least once each: one that was sent when its sender died comes again, under the same id. A channel that cannot be reached isn't
 * asked for the others, and holds up no other channel.
 * @throws what the queue throws
 */
export async function sendAlerts(
  queue: AlertQueue,
  definition: Pick<Definition, "alerts" | "sources" | "owner" | "runbook">,
  { settings, signal }: { settings: NotifySettings; signal: AbortSignal },
): Promise<SentAlerts> {
  const channels = channelsOf(definition.alerts ?? {});
  const done: SentAlerts = { delivered: 0, problems: [] };
  const unreachable = new Set<string>();
  const endsAt = Date.now() + LONGEST_ROUND_MS;
  while (Date.now() < endsAt && !signal.aborted) {
    const waiting = await queue.take([...unreachable]);
    if (!waiting) break;
    const channel = channels.get(waiting.channel);
    if (!channel) {
      await queue.drop(waiting.id, "the definition has no such channel any more");
      continue;
    }
    const alert = toAlert(waiting, definition, settings.serverUrl);
    const quietUntil = findQuietEnd(channel, alert, new Date());
    if (quietUntil) {
      await queue.postpone(waiting.id, quietUntil);
      continue;
    }
    try {
      const reference = await sendAlert(channel, alert, { settings, signal });
      await queue.markDelivered(waiting.id, reference);
      done.delivered++;
    } catch (error) {
      if (!(error instanceof NotSent)) throw error;
      if (error.isForAll) unreachable.add(waiting.channel);
      await queue.markFailed(waiting.id, { problem: error.message, pauseMs: error.pauseMs });
      done.problems.push(`channel "${waiting.channel}": ${error.message}`);
    }
  }
  return done;
}

function toAlert(
  { id, event, body, first }: WaitingAlert,
  definition: Pick<Definition, "sources" | "owner" | "runbook">,
  serverUrl: string,
): Exclude<OutgoingAlert, TestAlert> {
  if (isOfExperiment(event)) {
    const { data: notice } = body as ExperimentEvent;
    return {
      id,
      type: event,
      notice,
      link: experimentLink(serverUrl, notice.experiment),
      event: body,
      first,
    };
  }
  const { data: incident } = body as IncidentEvent;
  return {
    id,
    type: event,
    incident,
    owner: ownerOf(definition, incident.cause),
    runbook: runbookOf(definition, incident.cause),
    link: incidentLink(serverUrl, incident.id),
    event: body,
    first,
  };
}

function isOfExperiment(event: WaitingAlert["event"]): event is ExperimentEventType {
  return event.startsWith("holt.experiment.");
}
