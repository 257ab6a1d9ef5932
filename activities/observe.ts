import type { MonitorCheck } from "../core/api.ts";
import { checkSchedule, newestDueTick } from "../core/check-schedule.ts";
import { checkServers } from "../core/check-servers.ts";
import type { Definition } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import { findHoldAt } from "../db/incident-actions.ts";
import { findServingTables } from "../db/interactions.ts";
import { findReference } from "../db/monitoring.ts";
import { findRunAtWork, findScheduledRunSince } from "../db/runs.ts";
import { listServers, wereServers } from "../db/servers.ts";
import { findLive } from "../db/versions.ts";
import { getModel } from "../db/views/models.ts";
import type { ActivityContext } from "./context.ts";
import { findSourceFile } from "./csv/source-file.ts";
import { keptChecks } from "./kept-checks.ts";
import { measureReach } from "./monitor-reference.ts";
import { findNamedItems } from "./named-items.ts";
import { dataChecks } from "./observe-data.ts";

const HOUR_MS = 3_600_000;

export interface Observation {
  /** What was live; null when nothing was. */
  version: number | null;
  checks: MonitorCheck[];
}

export interface Watch {
  definition: Definition;
  /** Folder that the definition's paths start from. */
  folder: string;
  /** The time that freshness is judged at. */
  at: Date;
  signal: AbortSignal;
}

/** Everything that the monitor looks at, as checks; changes nothing. */
export async function observe(context: ActivityContext, watch: Watch): Promise<Observation> {
  const { db } = context.database;
  const { definition, folder, at, signal } = watch;
  const model = definition.name;
  const live = await findLive(db, model);
  return {
    version: live?.version ?? null,
    checks: [
      ...(live ? await serverChecks(context, model, live.version, at) : []),
      ...(await scheduleChecks(context, watch)),
      ...(live ? await keptChecks(context.database, model, live) : []),
      ...(await dataChecks(context.database, {
        ...{ definition, at, signal },
        live: live && { version: live.version, artifactDigest: live.release.artifactDigest },
        reference: live && (await findReference(db, model, live.version)),
        tables: await findServingTables(db, model),
        delivered: {
          findDelivery: (source) =>
            findDelivery(folder, definition.sources[source]?.file ?? "", source, context.sourceFolders),
          findNamedItems: (source, itemsTable) =>
            findNamedItems(context, { definition, folder, source, itemsTable, signal }),
        },
        measureReach: (of) => measureReach(context, of),
      })),
    ],
  };
}

/** None where no server runs, as for files and tables alone. */
async function serverChecks(
  { database: { db } }: ActivityContext,
  model: string,
  version: number,
  at: Date,
): Promise<MonitorCheck[]> {
  const servers = await listServers(db);
  if (servers.length === 0 && !(await wereServers(db))) return [];
  const held = servers.map(({ name, versions }) => ({
    name,
    held: versions.find((one) => one.model === model && one.version === version),
  }));
  return [checkServers(version, held, at)];
}

/** None where the definition has no schedule, or no tick was due since it was applied. */
async function scheduleChecks(
  { database: { db } }: ActivityContext,
  { definition: { name, schedule }, at }: Watch,
): Promise<MonitorCheck[]> {
  if (!schedule) return [];
  const { applied_at } = await getModel(db, name);
  const tick = newestDueTick(schedule, applied_at, at);
  if (!tick) return [];
  const seen = {
    tick,
    // a tick near a change of the clocks may be another than the one that was reckoned
    run: await findScheduledRunSince(db, name, new Date(tick.getTime() - HOUR_MS)),
    atWork: await findRunAtWork(db, name, tick),
    held: await findHoldAt(db, name, tick),
  };
  return [checkSchedule(name, schedule, seen, at)];
}

/** When the file was written last; undefined when none can be read there, which is a breach and no error. */
async function findDelivery(...where: Parameters<typeof findSourceFile>): Promise<Date | undefined> {
  try {
    return (await findSourceFile(...where)).deliveredAt;
  } catch (error) {
    if (error instanceof InvalidInput) return undefined;
    throw error;
  }
}
