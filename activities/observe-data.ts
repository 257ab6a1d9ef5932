/** What a monitor asks of a model's data and of what the live version makes of it. A drill asks the same of other rows. */
import type { MonitorCheck } from "../core/api.ts";
import type { Definition } from "../core/definition.ts";
import { InvalidInput } from "../core/errors.ts";
import { checkFreshness } from "../core/freshness.ts";
import {
  cannotReadItems,
  checkNamedItems,
  checkReach,
  type NamedItems,
  type Reach,
} from "../core/monitor-checks.ts";
import type { MonitorReference } from "../core/monitor-reference.ts";
import { sharesIn } from "../core/population-stability.ts";
import { causeOfMissingItems, sourcesNamingItems } from "../core/sources-behind.ts";
import type { Database } from "../db/connection.ts";
import type { ServingTables } from "../db/interactions.ts";
import { findNewestSnapshot } from "../db/monitoring.ts";
import { deliveryChecks } from "./delivery-checks.ts";
import type { MeasuredReach, ReachRequest } from "./monitor-reference.ts";

/** Where what is delivered now is found: in files, or in a drill's rows. */
export interface DeliveredNow {
  /** When a source was delivered last; undefined when there is none that can be read. */
  findDelivery(source: string): Promise<Date | undefined>;
  /** @throws {InvalidInput} what was delivered cannot be read */
  findNamedItems(source: string, itemsTable: string): Promise<NamedItems | undefined>;
}

export interface DataWatch {
  definition: Definition;
  /** The time that freshness is judged at. */
  at: Date;
  signal: AbortSignal;
  live: { version: number; artifactDigest: string } | undefined;
  /** What the live version did when it was deployed. */
  reference: MonitorReference | undefined;
  tables: ServingTables | undefined;
  delivered: DeliveredNow;
  measureReach(of: ReachRequest): Promise<MeasuredReach>;
}

/** Freshness, deliveries, gaps, reach and scores, as checks. `database` has the snapshots and the tables. */
export async function dataChecks(database: Pick<Database, "db">, watch: DataWatch): Promise<MonitorCheck[]> {
  const { definition, tables, reference } = watch;
  return [
    ...(await freshnessChecks(database, watch)),
    ...(await deliveryChecks({ database }, watch)),
    ...(tables?.items ? await namedItemsChecks(watch, tables.items) : []),
    ...checkReach(definition, await reachOf(watch), reference),
  ];
}

async function freshnessChecks(
  { db }: Pick<Database, "db">,
  { definition, at, delivered }: DataWatch,
): Promise<MonitorCheck[]> {
  const checks: MonitorCheck[] = [];
  for (const [source, { file, freshness: promise }] of Object.entries(definition.sources)) {
    if (!promise) continue;
    const newest =
      promise.measure === "delivery"
        ? await delivered.findDelivery(source)
        : ((await findNewestSnapshot(db, definition.name, source))?.newest_event_time ?? undefined);
    checks.push(checkFreshness({ source, file, promise, newest }, at));
  }
  return checks;
}

async function namedItemsChecks(
  { definition, reference, delivered }: DataWatch,
  itemsTable: string,
): Promise<MonitorCheck[]> {
  const cause = causeOfMissingItems(definition);
  const checks: MonitorCheck[] = [];
  for (const source of sourcesNamingItems(definition)) {
    try {
      const named = await delivered.findNamedItems(source, itemsTable);
      checks.push(checkNamedItems(named ?? { source, named: 0, unknown: 0 }, reference, cause));
    } catch (error) {
      // The next run's ingest fails by this file and says so; here it only means that the check cannot tell.
      if (!(error instanceof InvalidInput)) throw error;
      checks.push(cannotReadItems(source, error.message, cause));
    }
  }
  return checks;
}

async function reachOf(watch: DataWatch): Promise<Reach | undefined> {
  const { definition, live, reference, tables, signal } = watch;
  if (!live || !tables?.interactions || !tables.items) return undefined;
  const { count, peopleShare, itemShare, scores } = await watch.measureReach({
    artifactDigest: live.artifactDigest,
    interactionsTable: tables.interactions,
    itemsTable: tables.items,
    // a shelf of another length has other shares: the deployment's counts until the next one
    k: reference?.k ?? definition.evaluation.k,
    signal,
  });
  const bounds = reference?.scores?.bounds;
  return {
    version: live.version,
    people: count.people,
    peopleShare,
    itemShare,
    scoreShares: bounds && scores.length > 0 ? sharesIn(bounds, scores) : null,
  };
}
