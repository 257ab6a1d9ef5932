/** A monitor's look in a drill: the real checks, on the drill's rows, at a time of the drill's clock. */
import type { MonitorCheck } from "../../core/api.ts";
import type { NamedItems } from "../../core/monitor-checks.ts";
import type { MonitorReference } from "../../core/monitor-reference.ts";
import { binScores } from "../../core/population-stability.ts";
import { sourcesNamingItems } from "../../core/sources-behind.ts";
import { readingOnly } from "../../db/drill-session.ts";
import { countNamedItems, findNewestSnapshot } from "../../db/monitoring.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import { type MeasuredReach, measureReach } from "../monitor-reference.ts";
import { type DataWatch, type DeliveredNow, dataChecks } from "../observe-data.ts";
import type { DrillWorld, Night } from "./night.ts";

const HOUR_MS = 3_600_000;
/** When the monitor looks after a night's deliveries: nothing but an age changes between them. */
export const LOOKS_AFTER_MS = [2 * HOUR_MS, 8 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS];

export interface Watched {
  artifacts: ArtifactStore;
  signal: AbortSignal;
  live: { version: number; artifactDigest: string } | undefined;
  /** What the live version does on the last night before the judged ones, as if it had been deployed then. */
  reference: MonitorReference | undefined;
}

/** Each look after a night, in their order. */
export async function lookAtNight(
  world: DrillWorld,
  watched: Watched,
  night: Night,
): Promise<MonitorCheck[][]> {
  const looks: MonitorCheck[][] = [];
  const measures = measuringOnce(world, watched);
  for (const after of LOOKS_AFTER_MS)
    looks.push(await look(world, watched, { night, at: new Date(night.at.getTime() + after), measures }));
  return looks;
}

type Measures = Pick<DataWatch, "measureReach"> & Pick<DeliveredNow, "findNamedItems">;

function look(
  { session, definition }: DrillWorld,
  { signal, live, reference }: Watched,
  { night, at, measures }: { night: Night; at: Date; measures: Measures },
): Promise<MonitorCheck[]> {
  signal.throwIfAborted();
  const { measureReach: measure, findNamedItems } = measures;
  return readingOnly(session, () =>
    dataChecks(session, {
      ...{ definition, at, signal, live, reference, tables: night.tables, measureReach: measure },
      delivered: { findNamedItems, findDelivery: async (source) => night.deliveredAt[source] },
    }),
  );
}

/** The looks after one night ask the same of the same rows: the answers can only be the same. */
function measuringOnce({ session, definition }: DrillWorld, { artifacts }: Watched): Measures {
  let reach: Promise<MeasuredReach> | undefined;
  const named = new Map<string, NamedItems>();
  return {
    measureReach(of) {
      reach ??= measureReach({ database: session, artifacts }, of);
      return reach;
    },
    async findNamedItems(source, itemsTable) {
      const snapshot = named.has(source)
        ? undefined
        : await findNewestSnapshot(session.db, definition.name, source);
      if (snapshot)
        named.set(source, {
          source,
          ...(await countNamedItems(session.db, snapshot.table_name, itemsTable)),
        });
      return named.get(source);
    },
  };
}

/** What activities/monitor-reference.ts measures at a deployment, on a night's tables; undefined when nothing is live. */
export async function referenceOn(
  world: DrillWorld,
  { artifacts, signal, live }: Omit<Watched, "reference">,
  { tables }: Night,
): Promise<MonitorReference | undefined> {
  if (!live || !tables) return undefined;
  const { session, definition } = world;
  const { k } = definition.evaluation;
  const measured = await measureReach(
    { database: session, artifacts },
    {
      ...{ artifactDigest: live.artifactDigest, k, signal },
      ...{ interactionsTable: tables.interactions, itemsTable: tables.items },
    },
  );
  const unknownItems: Record<string, number> = {};
  for (const source of sourcesNamingItems(definition)) {
    const snapshot = await findNewestSnapshot(session.db, definition.name, source);
    if (!snapshot) continue;
    const { named, unknown } = await countNamedItems(session.db, snapshot.table_name, tables.items);
    unknownItems[source] = named === 0 ? 0 : unknown / named;
  }
  return {
    ...{ k, people: measured.count.people, unknownItems },
    ...{ peopleShare: measured.peopleShare, itemShare: measured.itemShare },
    scores: binScores(measured.scores) ?? null,
  };
}
