/** A monitor's look in a drill: the real checks, on the drill's rows, at a time of the drill's clock. */
import type { MonitorCheck } from "../../core/api.ts";
import type { MonitorReference } from "../../core/monitor-reference.ts";
import { binScores } from "../../core/population-stability.ts";
import { sourcesNamingItems } from "../../core/sources-behind.ts";
import { readingOnly } from "../../db/drill-session.ts";
import { countNamedItems, findNewestSnapshot } from "../../db/monitoring.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import { type MeasuredReach, measureReach, type ReachRequest } from "../monitor-reference.ts";
import { dataChecks } from "../observe-data.ts";
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
  const measure = measuringOnce(world, watched);
  for (const after of LOOKS_AFTER_MS)
    looks.push(await look(world, watched, { night, at: new Date(night.at.getTime() + after), measure }));
  return looks;
}

type Measure = (of: ReachRequest) => Promise<MeasuredReach>;

function look(
  { session, definition }: DrillWorld,
  { signal, live, reference }: Watched,
  { night, at, measure }: { night: Night; at: Date; measure: Measure },
): Promise<MonitorCheck[]> {
  signal.throwIfAborted();
  const { db } = session;
  return readingOnly(session, () =>
    dataChecks(session, {
      ...{ definition, at, signal, live, reference, tables: night.tables, measureReach: measure },
      delivered: {
        findDelivery: async (source) => night.deliveredAt[source],
        async findNamedItems(source, itemsTable) {
          const snapshot = await findNewestSnapshot(db, definition.name, source);
          return snapshot && { source, ...(await countNamedItems(db, snapshot.table_name, itemsTable)) };
        },
      },
    }),
  );
}

/** The looks after one night ask the same model for the same people's lists: the answer can only be the same. */
function measuringOnce({ session }: DrillWorld, { artifacts }: Watched): Measure {
  let measured: Promise<MeasuredReach> | undefined;
  return (of) => {
    measured ??= measureReach({ database: session, artifacts }, of);
    return measured;
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
