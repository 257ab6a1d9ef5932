/** Versions of a model, and which one is live. */
import type { Kysely, Transaction } from "kysely";
import { NotFound } from "../core/errors.ts";
import { type Release, releaseSchema } from "../core/release.ts";
import type { Tables } from "./tables.ts";

export interface Version {
  model: string;
  version: number;
  runId: string;
  decisionId: string;
  releaseDigest: string;
  release: Release;
  createdAt: Date;
}

export interface LiveVersion {
  version: number;
  /** Grows by one with each flip, so an older flip is known by its smaller fence. */
  fence: number;
  since: Date;
  releaseDigest: string;
  release: Release;
  /** The run that made the version. */
  runId: string;
}

/** What serves now; undefined before a model's first deployment. */
export async function findLive(db: Kysely<Tables>, model: string): Promise<LiveVersion | undefined> {
  const row = await db
    .selectFrom("live")
    .innerJoin("model_version as v", (join) =>
      join.onRef("v.model", "=", "live.model").onRef("v.version", "=", "live.version"),
    )
    .innerJoin("release", "release.digest", "v.release_digest")
    .select(["live.version", "live.fence", "live.since", "v.release_digest", "v.run_id", "release.body"])
    .where("live.model", "=", model)
    .executeTakeFirst();
  return (
    row && {
      version: row.version,
      fence: row.fence,
      since: row.since,
      releaseDigest: row.release_digest,
      release: releaseSchema.parse(row.body),
      runId: row.run_id,
    }
  );
}

/** @throws {NotFound} */
export async function getVersion(db: Kysely<Tables>, model: string, version: number): Promise<Version> {
  const row = await db
    .selectFrom("model_version as v")
    .innerJoin("release", "release.digest", "v.release_digest")
    .select(["v.run_id", "v.decision_id", "v.release_digest", "v.created_at", "release.body"])
    .where("v.model", "=", model)
    .where("v.version", "=", version)
    .executeTakeFirst();
  if (!row)
    throw new NotFound(`model "${model}" version ${version}: does not exist; see "holt versions ${model}"`);
  return {
    model,
    version,
    runId: row.run_id,
    decisionId: row.decision_id,
    releaseDigest: row.release_digest,
    release: releaseSchema.parse(row.body),
    createdAt: row.created_at,
  };
}

/**
 * Gives a signed release the model's next number. A release that has a number keeps it, whichever run brings it again.
 * The model's row is locked, so two runs never take the same number.
 */
export async function registerVersion(
  trx: Transaction<Tables>,
  made: { model: string; runId: string; releaseDigest: string; decisionId: string },
): Promise<number> {
  await lockModel(trx, made.model);
  const there = await trx
    .selectFrom("model_version")
    .select("version")
    .where("model", "=", made.model)
    .where("release_digest", "=", made.releaseDigest)
    .executeTakeFirst();
  if (there) return there.version;
  const { newest } = await trx
    .selectFrom("model_version")
    .select((of) => of.fn.max("version").as("newest"))
    .where("model", "=", made.model)
    .executeTakeFirstOrThrow();
  const version = (newest ?? 0) + 1;
  await trx
    .insertInto("model_version")
    .values({
      model: made.model,
      version,
      release_digest: made.releaseDigest,
      run_id: made.runId,
      decision_id: made.decisionId,
    })
    .execute();
  return version;
}

/**
 * Locks a model's slot until `trx` ends. The row of `model`, since `live` has none before the first deployment;
 * `no key` so that rows which refer to the model can still be added meanwhile.
 */
export async function lockModel(
  trx: Transaction<Tables>,
  model: string,
): Promise<{ definition_digest: string }> {
  const row = await trx
    .selectFrom("model")
    .select("definition_digest")
    .where("name", "=", model)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!row)
    throw new NotFound(`model "${model}": is not in the database; apply its definition with "holt apply"`);
  return row;
}
