/** What a run's shelves can be asked for again with, long after its QA. */
import type { Kysely } from "kysely";
import { type Definition, definitionSchema } from "../../core/definition.ts";
import { NotFound } from "../../core/errors.ts";
import type { Release } from "../../core/release.ts";
import type { FeatureDetail } from "../../core/step-details.ts";
import { dataTableExists } from "../data-tables.ts";
import { getDefinition } from "../definitions.ts";
import { findRelease } from "../releases.ts";
import { findStepDetail } from "../steps.ts";
import type { Tables } from "../tables.ts";
import { getVersion } from "../versions.ts";
import { getReviewDetail } from "./reviews.ts";

export interface PreviewSubject {
  definition: Definition;
  release: Release;
  /** What was live when the run opened; null when nothing was. */
  champion: Release | null;
  interactionsTable: string;
  itemsTable: string;
}

/**
 * The release that a run puts forward, what was live when it opened, and the tables that both were judged on.
 * @throws {NotFound} no such run, it has no report yet, or its tables are not kept any more
 */
export async function getPreviewSubject(db: Kysely<Tables>, runId: string): Promise<PreviewSubject> {
  const { releaseDigest } = await getReviewDetail(db, runId);
  const release = await findRelease(db, releaseDigest);
  if (!release) throw new NotFound(`run "${runId}": its release is not in the database; run it again`);
  const definition = definitionSchema.parse((await getDefinition(db, release.definitionDigest)).body);
  const run = await db
    .selectFrom("run")
    .select(["model", "champion_version"])
    .where("id", "=", runId)
    .executeTakeFirstOrThrow();
  const champion =
    run.champion_version === null ? null : (await getVersion(db, run.model, run.champion_version)).release;
  return {
    definition,
    release,
    champion,
    interactionsTable: await findTable(db, runId, definition.interactions),
    itemsTable: await findTable(db, runId, definition.items),
  };
}

async function findTable(db: Kysely<Tables>, runId: string, feature: string): Promise<string> {
  const detail = await findStepDetail(db, { runId, step: `feature:${feature}` });
  const { tableName } = (detail ?? {}) as Partial<FeatureDetail>;
  if (tableName === undefined || !(await dataTableExists(db, tableName)))
    throw new NotFound(
      `run "${runId}": its table "${feature}" is not kept any more, so nobody can be looked up in it; see a newer run`,
    );
  return tableName;
}
