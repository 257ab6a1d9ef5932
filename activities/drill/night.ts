/** A night of a drill: every source is delivered, a run takes it and builds what is served, all in the drill's session. */
import type { Definition } from "../../core/definition.ts";
import type { PlannedTrial } from "../../core/drill/plan.ts";
import { readsOfFeature } from "../../core/reads.ts";
import { sessionTableName } from "../../db/data-tables.ts";
import { countArrived, takeDelivery } from "../../db/drill-delivery.ts";
import type { SourceHistory } from "../../db/drill-history.ts";
import type { DrillSession } from "../../db/drill-session.ts";
import { type FeatureRole, fillFeatureTable } from "../../db/feature-tables.ts";
import { findNewestSnapshot } from "../../db/monitoring.ts";
import type { SeenTable } from "../../db/seen-tables.ts";
import { inTransaction } from "../../db/session.ts";
import type { SnapshotRow } from "../../db/snapshots.ts";

export interface DrillWorld {
  session: DrillSession;
  definition: Definition;
  histories: readonly SourceHistory[];
  /** Feature tables that were made, by their numbers; whoever plays nights drops those that nobody asks any more. */
  featureTables: string[];
  made: number;
}

/** What stands after a night. */
export interface Night {
  at: Date;
  /** When each source was delivered last. */
  deliveredAt: Readonly<Record<string, Date>>;
  /** Rows of each source's newest delivery, as the history has them. */
  arrived: Readonly<Record<string, number>>;
  tables: { interactions: string; items: string } | undefined;
  /** The source at whose bad rows the night's run stopped. */
  stoppedBy?: string;
  /** The fault changed nothing in what was kept. */
  isHarmless?: boolean;
}

export interface InjectedFault {
  trial: PlannedTrial;
  /** The night before it, whose rows are good. */
  since: Date;
}

export const FIRST_NIGHT = { deliveredAt: {}, arrived: {}, tables: undefined } as const;

/** Takes a night's deliveries. @throws {InvalidInput} the definition's SQL fails on them */
export async function playNight(
  world: DrillWorld,
  before: Pick<Night, "deliveredAt" | "arrived" | "tables">,
  at: Date,
  fault?: InjectedFault,
): Promise<Night> {
  const night = {
    ...{ at, tables: before.tables, isHarmless: fault !== undefined },
    deliveredAt: { ...before.deliveredAt },
    arrived: { ...before.arrived },
  };
  let isNew = before.tables === undefined;
  for (const history of world.histories) {
    const { source } = history;
    const own = fault?.trial.source === source ? fault : undefined;
    if (own?.trial.fault === "source_stops") {
      night.isHarmless = false;
      continue;
    }
    night.deliveredAt[source] = at;
    const arrived = await countArrived(world.session.client, history, at);
    if (!own && arrived === before.arrived[source]) continue; // the same bytes: a run takes the snapshot that is there
    night.arrived[source] = arrived;
    const taken = await take(world, history, at, own);
    if (!taken) return { ...night, isHarmless: false, stoppedBy: source };
    if (own && (own.trial.fault !== "doubled" || taken.rows_kept !== arrived)) night.isHarmless = false;
    isNew = true;
  }
  return isNew ? { ...night, tables: await buildTables(world, at) } : night;
}

function take(
  { session, definition }: DrillWorld,
  history: SourceHistory,
  at: Date,
  fault: InjectedFault | undefined,
): Promise<SnapshotRow | undefined> {
  const { source } = history;
  const digest = `${source} ${at.toISOString()} ${fault ? JSON.stringify(fault.trial) : "clean"}`;
  const defined = definition.sources[source];
  if (!defined) throw new Error(`source "${source}" is not in the definition`);
  return takeDelivery(session.client, {
    ...{ history, defined, at, fault },
    origin: {
      ...{ model: definition.name, source, runId: "drill" },
      ...{ inputDigest: digest, contentDigest: digest, deliveredAt: at, openedAt: at },
    },
  });
}

/** Feature tables that make the interactions and items of the night; those of the night before stay for who asks them. */
async function buildTables(world: DrillWorld, at: Date): Promise<Night["tables"]> {
  const { definition, session } = world;
  const { client, db } = session;
  const built = new Map<string, string>();
  const build = async (name: string): Promise<string> => {
    const there = built.get(name);
    if (there !== undefined) return there;
    const feature = definition.features[name];
    if (!feature) throw new Error(`feature "${name}" is not in the definition`);
    const reads: SeenTable[] = [];
    for (const read of readsOfFeature(feature)) {
      const defined = definition.sources[read];
      const snapshot = defined && (await findNewestSnapshot(db, definition.name, read));
      reads.push({
        name: read,
        tableName: snapshot ? snapshot.table_name : await build(read),
        columns: defined && Object.keys(defined.columns),
        newestKnownTime: snapshot?.newest_known_time?.toISOString() ?? null,
      });
    }
    const roles = (["interactions", "items"] satisfies FeatureRole[]).filter(
      (role) => definition[role] === name,
    );
    world.made += 1;
    const tableName = sessionTableName(`drill_feature_${world.made}`);
    await inTransaction(client, () =>
      fillFeatureTable(client, { name, sql: feature.sql, reads, asOf: at, roles }, tableName),
    );
    world.featureTables.push(tableName);
    built.set(name, tableName);
    return tableName;
  };
  return { interactions: await build(definition.interactions), items: await build(definition.items) };
}
