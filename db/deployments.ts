/** Going live: the database's own function does it. And what was live when. */
import { type Kysely, type Selectable, sql } from "kysely";
import { withRefusals } from "./refusals.ts";
import { HOLT } from "./safeguards.ts";
import type { DeploymentTable, Tables } from "./tables.ts";

export type DeploymentRow = Selectable<DeploymentTable>;

/**
 * Puts a run's version live, if what was live when the run opened still is. The database looks for itself whether it is
 * approved, by whom, and for what. A second call returns the deployment that is there; whoever listens on `holt_live`
 * hears of it when the transaction commits.
 * @param signed what the caller has found in the store and is about to serve
 * @throws {Conflict} another version is live, or the run has ended
 * @throws {BrokenPromise} not enough people approved exactly this release, artifact and report
 * @throws {NotAllowed} one who approved may no longer
 */
export async function deploy(
  db: Kysely<Tables>,
  run: { runId: string; version: number },
  signed: { artifactDigest: string; reportDigest: string },
): Promise<DeploymentRow> {
  const { rows } = await withRefusals(() =>
    sql<DeploymentRow>`
      select * from deploy(${run.runId}, ${run.version}, ${signed.artifactDigest}, ${signed.reportDigest})`.execute(
      db,
    ),
  );
  return onlyOne(rows);
}

/**
 * Serves an earlier version again: the one before the live one, or `to`; in the name of who holds `proof`.
 * @throws {Conflict} another version is live, there is none before, or it was never live
 * @throws {NotAllowed} @throws {NotFound} no such model or version @throws {InvalidInput} no reason
 */
export async function rollback(
  db: Kysely<Tables>,
  wanted: { proof: string; model: string; expected: number; to: number | null; reason: string },
): Promise<DeploymentRow> {
  const { rows } = await withRefusals(() =>
    sql<DeploymentRow>`
      select * from rollback(${wanted.proof}, ${wanted.model}, ${wanted.expected}, ${wanted.to},
        ${wanted.reason})`.execute(db),
  );
  return onlyOne(rows);
}

/** What a version took the place of when it went live; undefined when it was the first, or never did. */
export async function findVersionBefore(
  db: Kysely<Tables>,
  model: string,
  version: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom("deployment")
    .select("previous_version")
    .where("model", "=", model)
    .where("version", "=", version)
    .where("kind", "=", "deploy")
    .orderBy("fence", "desc")
    .executeTakeFirst();
  return row?.previous_version ?? undefined;
}

/** What was live when, by whose decision, the newest first; `by` is a rule's name where the definition let it through. */
export function listDeployments(
  db: Kysely<Tables>,
  model: string,
): Promise<(DeploymentRow & { by: string })[]> {
  return db
    .selectFrom("deployment")
    .leftJoin("person", "person.id", "deployment.person_id")
    .leftJoin("decision", (join) =>
      join.onRef("decision.run_id", "=", "deployment.run_id").on("decision.rule", "is not", null),
    )
    .selectAll("deployment")
    .select((of) => of.fn.coalesce("person.name", "decision.rule", sql.lit(HOLT)).as("by"))
    .where("deployment.model", "=", model)
    .orderBy("deployment.fence", "desc")
    .execute();
}

function onlyOne([row]: DeploymentRow[]): DeploymentRow {
  if (!row) throw new Error("a deployment: the database gave no row");
  return row;
}
