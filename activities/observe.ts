import type { MonitorCheck } from "../core/api.ts";
import { checkSchedule, newestDueTick } from "../core/check-schedule.ts";
import { checkServers } from "../core/check-servers.ts";
import type { Definition } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import { checkFreshness } from "../core/freshness.ts";
import { cannotReadItems, checkNamedItems, checkReach, type Reach } from "../core/monitor-checks.ts";
import type { MonitorReference } from "../core/monitor-reference.ts";
import { sharesIn } from "../core/population-stability.ts";
import { causeOfMissingItems, sourcesNamingItems } from "../core/sources-behind.ts";
import { findServingTables } from "../db/interactions.ts";
import { findNewestSnapshot, findReference } from "../db/monitoring.ts";
import { findRunAtWork, findScheduledRunSince } from "../db/runs.ts";
import { listServers, wereServers } from "../db/servers.ts";
import { findLive, type LiveVersion } from "../db/versions.ts";
import { getModel } from "../db/views/models.ts";
import type { ActivityContext } from "./context.ts";
import { findSourceFile } from "./csv/source-file.ts";
import { deliveryChecks } from "./delivery-checks.ts";
import { keptChecks } from "./kept-checks.ts";
import { measureReach } from "./monitor-reference.ts";
import { findNamedItems } from "./named-items.ts";

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
  const model = watch.definition.name;
  const live = await findLive(db, model);
  const then = live && (await findReference(db, model, live.version));
  const tables = await findServingTables(db, model);
  return {
    version: live?.version ?? null,
    checks: [
      ...(live ? await serverChecks(context, model, live.version, watch.at) : []),
      ...(await scheduleChecks(context, watch)),
      ...(await freshnessChecks(context, watch)),
      ...(live ? await keptChecks(context.database, model, live) : []),
      ...(await deliveryChecks(context, watch)),
      ...(tables?.items ? await namedItemsChecks(context, watch, tables.items, then) : []),
      ...checkReach(
        watch.definition,
        live && tables?.interactions && tables.items
          ? await reachOf(
              context,
              watch,
              live,
              { interactions: tables.interactions, items: tables.items },
              then,
            )
          : undefined,
        then,
      ),
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
  };
  return [checkSchedule(name, schedule, seen, at)];
}

async function freshnessChecks(
  { database: { db }, sourceFolders }: ActivityContext,
  { definition, folder, at }: Watch,
): Promise<MonitorCheck[]> {
  const checks: MonitorCheck[] = [];
  for (const [source, { file, freshness: promise }] of Object.entries(definition.sources)) {
    if (!promise) continue;
    const newest =
      promise.measure === "delivery"
        ? await findDelivery(folder, file, source, sourceFolders)
        : ((await findNewestSnapshot(db, definition.name, source))?.newest_event_time ?? undefined);
    checks.push(checkFreshness({ source, file, promise, newest }, at));
  }
  return checks;
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

async function namedItemsChecks(
  context: ActivityContext,
  { definition, folder, signal }: Watch,
  itemsTable: string,
  then: MonitorReference | undefined,
): Promise<MonitorCheck[]> {
  const cause = causeOfMissingItems(definition);
  const checks: MonitorCheck[] = [];
  for (const source of sourcesNamingItems(definition)) {
    try {
      const named = await findNamedItems(context, { definition, folder, source, itemsTable, signal });
      checks.push(checkNamedItems(named ?? { source, named: 0, unknown: 0 }, then, cause));
    } catch (error) {
      // The next run's ingest fails by this file and says so; here it only means that the check cannot tell.
      if (!(error instanceof InvalidInput)) throw error;
      checks.push(cannotReadItems(source, error.message, cause));
    }
  }
  return checks;
}

async function reachOf(
  context: ActivityContext,
  { definition, signal }: Watch,
  live: LiveVersion,
  tables: { interactions: string; items: string },
  then: MonitorReference | undefined,
): Promise<Reach> {
  const { count, peopleShare, itemShare, scores } = await measureReach(context, {
    artifactDigest: live.release.artifactDigest,
    interactionsTable: tables.interactions,
    itemsTable: tables.items,
    // a shelf of another length has other shares: the deployment's counts until the next one
    k: then?.k ?? definition.evaluation.k,
    signal,
  });
  const bounds = then?.scores?.bounds;
  return {
    version: live.version,
    people: count.people,
    peopleShare,
    itemShare,
    scoreShares: bounds && scores.length > 0 ? sharesIn(bounds, scores) : null,
  };
}
