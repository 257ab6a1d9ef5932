/** What is live, for whoever serves it: all slots in one query, and word of each flip. */
import { type Kysely, sql } from "kysely";
import type pg from "pg";
import type { Rule } from "../../core/api.ts";
import type { EditorialRule } from "../../core/editorial-rules.ts";
import type { ServedExperiment } from "../../core/experiment-assignment.ts";
import type { JsonObject } from "../../core/json.ts";
import type { StageKind } from "../../core/rollout.ts";
import type { Database } from "../connection.ts";
import { listRules } from "../editorial-rules.ts";
import type { Tables } from "../tables.ts";
import { listRunningExperiments } from "./experiments.ts";

const CHANNEL = "holt_live";
const RECONNECT_AFTER_MS = 1_000;

export interface LiveRelease {
  model: string;
  version: number;
  /** Grows by one with each flip. */
  fence: number;
  /** As it stands in its row, whatever that is: check it against its digest (`releaseOf`) before it is used. */
  release: JsonObject;
  releaseDigest: string;
  /** The date as of which the version's data was read. */
  asOf: Date;
  /** Table in which people's histories are; null before a run has built one. */
  interactionsTable: string | null;
  /** Table of the lists that were written with the version; null when its model is asked. */
  listsTable: string | null;
  /** Until then everybody gets the popularity list, because somebody said so; null when nobody did. */
  baselineUntil: Date | null;
  /** Editorial rules that hold or are to come. */
  rules: readonly EditorialRule[];
  /** Experiments under way, holdouts first. */
  experiments: readonly ServedExperiment[];
}

/** A version that is being rolled out beside the live one, and the stage that it is in. */
export interface BesideRelease extends LiveRelease, Traffic {}

export interface Traffic {
  runId: string;
  stage: number;
  kind: StageKind;
  /** Of the people, whom it answers. */
  share: number;
}

/** The versions that are being rolled out; their fence is 0, since nobody made them live. */
export async function listBeside(db: Kysely<Tables>): Promise<BesideRelease[]> {
  const rows = await db
    .selectFrom("traffic")
    .innerJoin("model", "model.name", "traffic.model")
    .innerJoin("model_version as v", (join) =>
      join.onRef("v.model", "=", "traffic.model").onRef("v.version", "=", "traffic.version"),
    )
    .innerJoin("release", "release.digest", "v.release_digest")
    .innerJoin("run", "run.id", "v.run_id")
    .leftJoin("materialised as lists", (join) =>
      join
        .onRef("lists.model", "=", "v.model")
        .onRef("lists.version", "=", "v.version")
        .on("lists.finished_at", "is not", null)
        .on("lists.dropped_at", "is", null),
    )
    .select("lists.table_name as lists_table")
    .select(["traffic.model", "traffic.version", "model.interactions_table"])
    .select(["traffic.run_id", "traffic.stage", "traffic.kind", "traffic.share"])
    .select(["v.release_digest", "release.body", "run.as_of"])
    .orderBy("traffic.model")
    .execute();
  return rows.map((row) => ({
    ...{ model: row.model, version: row.version, fence: 0 },
    ...{ runId: row.run_id, stage: row.stage, kind: row.kind, share: row.share },
    release: row.body as JsonObject,
    releaseDigest: row.release_digest,
    asOf: row.as_of,
    interactionsTable: row.interactions_table,
    listsTable: row.lists_table,
    baselineUntil: null,
    rules: [],
    experiments: [],
  }));
}

/** What an answer needs of a rule. */
function toEditorialRule({ id, kind, itemId, rank, factor, from, until }: Rule): EditorialRule {
  return { id, kind, itemId, rank, factor, from, until };
}

/** The live version of every model that has one. */
export async function listLive(db: Kysely<Tables>): Promise<LiveRelease[]> {
  const rules = await listRules(db);
  const running = await listRunningExperiments(db);
  const rows = await db
    .selectFrom("live")
    .innerJoin("model", "model.name", "live.model")
    .innerJoin("model_version as v", (join) =>
      join.onRef("v.model", "=", "live.model").onRef("v.version", "=", "live.version"),
    )
    .innerJoin("release", "release.digest", "v.release_digest")
    .innerJoin("run", "run.id", "v.run_id")
    .leftJoin("materialised as lists", (join) =>
      join
        .onRef("lists.model", "=", "v.model")
        .onRef("lists.version", "=", "v.version")
        .on("lists.finished_at", "is not", null)
        .on("lists.dropped_at", "is", null),
    )
    .select("lists.table_name as lists_table")
    .select(["live.model", "live.version", "live.fence", "model.interactions_table"])
    .select(["v.release_digest", "release.body", "run.as_of"])
    .select((of) =>
      of
        .selectFrom("safeguard")
        .select((each) => each.fn.max("ends_at").as("until"))
        .whereRef("safeguard.model", "=", "live.model")
        .where("kind", "=", "baseline")
        .where("lifted_at", "is", null)
        .where("starts_at", "<=", sql<Date>`clock_timestamp()`)
        .where("ends_at", ">", sql<Date>`clock_timestamp()`)
        .as("baseline_until"),
    )
    .orderBy("live.model")
    .execute();
  return rows.map((row) => ({
    model: row.model,
    version: row.version,
    fence: row.fence,
    release: row.body as JsonObject,
    releaseDigest: row.release_digest,
    asOf: row.as_of,
    interactionsTable: row.interactions_table,
    listsTable: row.lists_table,
    baselineUntil: row.baseline_until,
    rules: rules.filter(({ model }) => model === row.model).map(toEditorialRule),
    experiments: running.filter(({ model }) => model === row.model).map(({ model: _, ...one }) => one),
  }));
}

/**
 * The versions of a model that were live before the one that is, the one that was live last first: what a rollback goes
 * to. Without those that were rolled back from when they were live the last time.
 */
export async function listLiveBefore(
  db: Kysely<Tables>,
  model: string,
  most: number,
): Promise<LiveRelease[]> {
  const rows = await db
    .with("shift", (of) =>
      of
        .selectFrom("deployment")
        .select(["version", "fence"])
        .select(sql<number | null>`lead(version) over (order by fence)`.as("next"))
        .select(sql<number>`row_number() over (partition by version order by fence desc)`.as("age"))
        .where("model", "=", model),
    )
    .selectFrom("shift")
    .innerJoin("model_version as v", "v.version", "shift.version")
    .innerJoin("release", "release.digest", "v.release_digest")
    .innerJoin("run", "run.id", "v.run_id")
    .leftJoin("materialised as lists", (join) =>
      join
        .onRef("lists.model", "=", "v.model")
        .onRef("lists.version", "=", "v.version")
        .on("lists.finished_at", "is not", null)
        .on("lists.dropped_at", "is", null),
    )
    .select("lists.table_name as lists_table")
    .select(["shift.version", "shift.fence", "v.release_digest", "release.body", "run.as_of"])
    .where("v.model", "=", model)
    .where("shift.age", "=", 1)
    .whereRef("shift.next", ">", "shift.version")
    .orderBy("shift.fence", "desc")
    .limit(most)
    .execute();
  return rows.map((row) => ({
    ...{ model, version: row.version, fence: row.fence },
    release: row.body as JsonObject,
    ...{ releaseDigest: row.release_digest, asOf: row.as_of },
    ...{ listsTable: row.lists_table, interactionsTable: null, baselineUntil: null, rules: [] },
    experiments: [],
  }));
}

/**
 * Calls `onFlip` after each flip of any model, on a connection of its own that is opened again when it is lost. Word
 * that comes while it is down is lost, so look for yourself now and then; `onFlip` is also called at each connection.
 */
export function listenForFlips({ pool }: Database, onFlip: () => void): { close(): Promise<void> } {
  let closed = false;
  let client: pg.PoolClient | undefined;
  let timer: NodeJS.Timeout | undefined;
  const drop = (lost: pg.PoolClient) => {
    if (client !== lost) return;
    client = undefined;
    lost.removeAllListeners("notification");
    lost.release(true);
    if (!closed) timer = setTimeout(connect, RECONNECT_AFTER_MS);
  };
  const connect = async () => {
    try {
      const opened = await pool.connect();
      client = opened;
      opened.on("error", () => drop(opened));
      opened.on("end", () => drop(opened));
      opened.on("notification", onFlip);
      await opened.query(`listen ${CHANNEL}`);
      if (closed) drop(opened);
      else onFlip();
    } catch {
      if (client) drop(client);
      else if (!closed) timer = setTimeout(connect, RECONNECT_AFTER_MS);
    }
  };
  const opening = connect();
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await opening;
      if (client) drop(client);
    },
  };
}
