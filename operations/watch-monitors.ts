import { describeStandstill, standstillMs } from "../core/standstill.ts";
import { listMonitors, noteStandstill } from "../db/standstill.ts";
import type { OperationsContext } from "./context.ts";
import { standstillReason } from "./standstill-reason.ts";

export interface WatchedMonitors {
  /** Models whose monitors stand still. */
  late: string[];
  /** Incidents that this look opened. */
  opened: number[];
}

/**
 * Looks at when each model's monitor looked last, from outside of Temporal: one that stands still is an incident, which the
 * monitor's next look ends; where nothing hinders a look, as after an outage, one begins instead.
 * Whoever calls it sends the alerts, too, since a worker may be what is away.
 * @throws PostgreSQL cannot be asked
 */
export async function watchMonitors(
  { database: { db }, temporal }: OperationsContext,
  { now = new Date(), signal }: { now?: Date; signal: AbortSignal },
): Promise<WatchedMonitors> {
  const found: WatchedMonitors = { late: [], opened: [] };
  for (const monitor of await listMonitors(db)) {
    signal.throwIfAborted();
    const ageMs = standstillMs(monitor, now);
    if (ageMs === undefined) continue;
    found.late.push(monitor.model);
    const why = await standstillReason(temporal, monitor.model);
    if (why === undefined) continue;
    const id = await noteStandstill(db, monitor, describeStandstill(monitor, ageMs, why));
    if (id !== undefined) found.opened.push(id);
  }
  return found;
}
