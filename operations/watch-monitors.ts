import { describeStandstill, standstillMs } from "../core/standstill.ts";
import { listMonitors, type MonitorOfModel, noteStandstill } from "../db/standstill.ts";
import { listWaitingWebhooks, markDelivered } from "../db/webhooks.ts";
import { sendWebhooks } from "../notify/webhooks.ts";
import type { OperationsContext } from "./context.ts";
import { standstillReason } from "./standstill-reason.ts";

export interface WatchedMonitors {
  /** Models whose monitors stand still. */
  late: string[];
  /** Incidents that this look opened. */
  opened: number[];
  /** Webhooks that could not be delivered; the next look sends them again. */
  errors: Error[];
}

/**
 * Looks at when each model's monitor looked last, from outside of Temporal: one that stands still is an incident, which the
 * monitor's next look ends; where nothing hinders a look, as after an outage, one begins instead. Webhooks of such a model are sent from here, since its worker may be what is away.
 * @throws PostgreSQL cannot be asked
 */
export async function watchMonitors(
  { database: { db }, temporal }: OperationsContext,
  { now = new Date(), signal }: { now?: Date; signal: AbortSignal },
): Promise<WatchedMonitors> {
  const found: WatchedMonitors = { late: [], opened: [], errors: [] };
  for (const monitor of await listMonitors(db)) {
    signal.throwIfAborted();
    const ageMs = standstillMs(monitor, now);
    if (ageMs === undefined) continue;
    found.late.push(monitor.model);
    const why = await standstillReason(temporal, monitor.model);
    if (why === undefined) continue;
    const id = await noteStandstill(db, monitor, describeStandstill(monitor, ageMs, why));
    if (id !== undefined) found.opened.push(id);
    const error = await tell(db, monitor, signal).catch((failure: Error) => failure);
    if (error) found.errors.push(error);
  }
  return found;
}

async function tell(
  db: OperationsContext["database"]["db"],
  { model, alerts }: MonitorOfModel,
  signal: AbortSignal,
): Promise<Error | undefined> {
  const waiting = alerts ? await listWaitingWebhooks(db, model) : [];
  if (!alerts || waiting.length === 0) return undefined;
  const failures = await sendWebhooks(alerts.webhook, waiting, {
    ...{ process: "server", signal },
    onSent: (id) => markDelivered(db, id),
  });
  if (failures.length === 0) return undefined;
  return new Error(
    `model "${model}": alerts.webhook.url: could not deliver ${failures.length} of ${waiting.length} webhooks, the first since ${failures[0]}`,
  );
}
