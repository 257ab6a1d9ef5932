/** Versions of a model, and which one is live. */
import { type Kysely, sql, type Transaction } from "kysely";
import { NotFound } from "../core/errors.ts";
import type { Release } from "../core/release.ts";
import { withRefusals } from "./refusals.ts";
import { releaseOf } from "./releases.ts";
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

/** What serves now; undefined before a model's first deployment. @throws {BrokenPromise} its release was changed */
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
      release: releaseOf(row.release_digest, row.body),
      runId: row.run_id,
    }
  );
}

/** @throws {NotFound} @throws {BrokenPromise} its release was changed */
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
    release: releaseOf(row.release_digest, row.body),
    createdAt: row.created_at,
  };
}

/**
 * Gives a run's signed release the model's next number; a release that has one keeps it, whichever run brings it again.
 * @throws {BrokenPromise} not enough people approved it @throws {NotAllowed} one who approved may no longer
 * @throws {NotFound} the run has no review
 */
export async function registerVersion(db: Kysely<Tables>, runId: string): Promise<number> {
  const { rows } = await withRefusals(() =>
    sql<{ version: number }>`select register_version(${runId}) as version`.execute(db),
  );
  const [made] = rows;
  if (!made) throw new Error(`run "${runId}": its version gave no row`);
  return made.version;
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
