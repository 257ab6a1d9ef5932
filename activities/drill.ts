/** A drill: the model's own history, night by night, through the real monitors, with faults in it. */
import { cancellationSignal } from "@temporalio/activity";
import type { PoolClient } from "pg";
import { type Definition, definitionSchema } from "../core/definition.ts";
import { DRILL_FAULT_NAMES, type DrillFault } from "../core/drill/faults.ts";
import { limitsOf } from "../core/drill/limits.ts";
import { chooseNights } from "../core/drill/nights.ts";
import { planTrials } from "../core/drill/plan.ts";
import type { DrillReport } from "../core/drill/report.ts";
import { InvalidInput } from "../core/errors.ts";
import { getDefinition } from "../db/definitions.ts";
import { copyHistory, type SourceHistory } from "../db/drill-history.ts";
import { openDrillSession } from "../db/drill-session.ts";
import { findNewestSnapshot } from "../db/monitoring.ts";
import { withSession } from "../db/session.ts";
import { columnsOf } from "../db/source-profiles.ts";
import { findLive } from "../db/versions.ts";
import { getModel } from "../db/views/models.ts";
import type { ActivityContext } from "./context.ts";
import { NIGHTS_BEFORE, replay } from "./drill/replay.ts";

export interface DrillRequest {
  model: string;
  /** All when left out. */
  fault?: DrillFault;
  /** Nights that are judged. */
  days: number;
  /** Times that each fault is injected. */
  trials: number;
  seed: number;
}

export const drillActivities = (context: ActivityContext) => ({
  /**
   * Breaks a copy of the model's data on purpose and says what the monitors find. All that it makes is in its session's
   * own schema: nothing of Holt's is written, nobody is told, and PostgreSQL drops it however the drill ends.
   * @throws {InvalidInput} the history is too short, or the definition has changed since the newest run
   */
  async runDrill({ model, fault, days, trials, seed }: DrillRequest): Promise<DrillReport> {
    const started = performance.now();
    const { db } = context.database;
    const stored = await getDefinition(db, (await getModel(db, model)).definition_digest);
    const definition = definitionSchema.parse(stored.body);
    const live = await findLive(db, model);
    const signal = cancellationSignal();
    return withSession(context.ingest, signal, async (client) => {
      const tables = await findTables(context, definition);
      const session = await openDrillSession(client, Object.keys(definition.sources));
      const histories = await copyHistories(client, definition, tables);
      const growing = histories.filter(({ isGrowing }) => isGrowing);
      const nights = chooseNights({
        ...{ model, days, before: NIGHTS_BEFORE },
        oldest: extreme(
          Math.min,
          growing.map(({ oldest }) => oldest),
        ),
        newest: extreme(
          Math.max,
          growing.map(({ newest }) => newest),
        ),
      });
      const categories = Object.fromEntries(histories.map((history) => [history.source, history.categories]));
      const plan = planTrials(definition, categories, {
        ...{ trials, days, seed },
        faults: fault === undefined ? DRILL_FAULT_NAMES : [fault],
      });
      const found = await replay({
        world: { session, definition, histories, featureTables: [], made: 0 },
        watched: {
          ...{ artifacts: context.artifacts, signal },
          live: live && { version: live.version, artifactDigest: live.release.artifactDigest },
        },
        ...{ nights, trials: plan.trials },
      });
      const [firstNight, lastNight] = [nights[NIGHTS_BEFORE] as Date, nights.at(-1) as Date];
      return {
        ...{ model, seed, days, skipped: plan.skipped, ...found },
        version: live?.version ?? null,
        ...{ from: firstNight.toISOString(), to: lastNight.toISOString() },
        limits: limitsOf(definition, histories, { firstNight, isLive: live !== undefined }),
        durationMs: Math.round(performance.now() - started),
      };
    });
  },
});

/** The newest snapshot of each source. */
async function findTables(
  { database: { db } }: ActivityContext,
  { name: model, sources }: Definition,
): Promise<Record<string, string>> {
  const tables: Record<string, string> = {};
  for (const [source, { columns }] of Object.entries(sources)) {
    const snapshot = await findNewestSnapshot(db, model, source);
    if (!snapshot)
      throw new InvalidInput(
        `model "${model}": no run has taken source "${source}" yet, so there is no history to drill with; "holt run ${model}" takes it`,
      );
    const there = await columnsOf(db, snapshot.table_name);
    const missing = Object.keys(columns).find((column) => !(column in there));
    if (missing !== undefined)
      throw new InvalidInput(
        `sources.${source}.columns.${missing}: is not in the newest snapshot, which an earlier definition made; "holt run ${model}" takes one by this definition`,
      );
    tables[source] = snapshot.table_name;
  }
  return tables;
}

async function copyHistories(
  client: PoolClient,
  { sources }: Definition,
  tables: Readonly<Record<string, string>>,
): Promise<SourceHistory[]> {
  const histories: SourceHistory[] = [];
  for (const [source, defined] of Object.entries(sources))
    histories.push(await copyHistory(client, { source, defined, tableName: tables[source] ?? "" }));
  return histories;
}

function extreme(choose: (...times: number[]) => number, times: readonly (Date | null)[]): Date | null {
  const there = times.filter((time) => time !== null).map((time) => time.getTime());
  return there.length === 0 ? null : new Date(choose(...there));
}
