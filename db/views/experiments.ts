/** Experiments under way, as servers answer by them. */
import { type Kysely, sql } from "kysely";
import { servingArms } from "../../core/experiment/stopped-arms.ts";
import type { ServedExperiment } from "../../core/experiment-assignment.ts";
import type { JsonObject } from "../../core/json.ts";
import { unchanged } from "../releases.ts";
import type { Tables } from "../tables.ts";
import type { LiveRelease } from "./live.ts";

/** Those of all models, holdouts first. @throws {BrokenPromise} a plan was changed */
export async function listRunningExperiments(
  db: Kysely<Tables>,
): Promise<(ServedExperiment & { model: string })[]> {
  const rows = await db
    .selectFrom("experiment")
    .select(["id", "model", "digest", "plan", "from_place", "traffic"])
    .select((of) =>
      of
        .selectFrom("experiment_override")
        .select(sql<Record<string, string> | null>`jsonb_object_agg(unit_id, arm)`.as("overrides"))
        .whereRef("experiment_override.experiment_id", "=", "experiment.id")
        .as("overrides"),
    )
    .select((of) =>
      of
        .exists(
          of
            .selectFrom("experiment_pause as pause")
            .select("pause.from_at")
            .whereRef("pause.experiment_id", "=", "experiment.id")
            .where("pause.until_at", "is", null),
        )
        .as("paused"),
    )
    .select((of) =>
      of
        .selectFrom("experiment_stopped_arm as stopped")
        .select(sql<string[] | null>`array_agg(stopped.arm)`.as("stopped"))
        .whereRef("stopped.experiment_id", "=", "experiment.id")
        .as("stopped"),
    )
    .where("ended_at", "is", null)
    .orderBy("holdout", "desc")
    .orderBy("id")
    .execute();
  return rows.map(({ id, model, digest, plan: stored, from_place, traffic, overrides, paused, stopped }) => {
    const { layer, unit, holdout, aa, arms } = unchanged(`experiment "${id}"`, digest, stored);
    const slice = { from: Number(from_place), traffic: Number(traffic) };
    return {
      ...{ id, model, layer, unit, holdout, aa, slice },
      arms: servingArms(arms, stopped ?? []),
      ...{ isPaused: Boolean(paused), overrides: overrides ?? {} },
    };
  });
}

/** The versions that arms of experiments under way serve; their fence is 0, since nobody made them live by that. */
export async function listArmReleases(db: Kysely<Tables>): Promise<LiveRelease[]> {
  const rows = await db
    .selectFrom("experiment_arm as arm")
    .innerJoin("experiment", "experiment.id", "arm.experiment_id")
    .innerJoin("model_version as v", (join) =>
      join.onRef("v.model", "=", "arm.model").onRef("v.version", "=", "arm.version"),
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
    .distinctOn(["v.model", "v.version"])
    .select(["v.model", "v.version", "v.release_digest", "release.body", "run.as_of"])
    .select("lists.table_name as lists_table")
    .where("experiment.ended_at", "is", null)
    .orderBy("v.model")
    .orderBy("v.version")
    .execute();
  return rows.map((row) => ({
    ...{ model: row.model, version: row.version, fence: 0 },
    release: row.body as JsonObject,
    ...{ releaseDigest: row.release_digest, asOf: row.as_of, listsTable: row.lists_table },
    ...{ interactionsTable: null, baselineUntil: null, rules: [], experiments: [] },
  }));
}
