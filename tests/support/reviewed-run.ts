import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { QaReport } from "../../core/qa-report.ts";
import type { Release } from "../../core/release.ts";
import type { Role } from "../../core/roles.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { addReview } from "../../db/reviews.ts";
import { insertRun } from "../../db/runs.ts";
import type { Tables } from "../../db/tables.ts";
import { digestOf } from "../../store/digest.ts";

const DAY_MS = 86_400_000;

export interface ReviewedRun {
  runId: string;
  model: string;
  releaseDigest: string;
  reportDigest: string;
}

/** A person of a role; the name is new each time. */
export async function addTestPerson(db: Kysely<Tables>, role: Role = "reviewer"): Promise<string> {
  const name = `${role}-${randomBytes(4).toString("hex")}`;
  const { id } = await db
    .insertInto("person")
    .values({ name, roles: [role] })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** A run of `model` whose release waits for review, made of rows only: for tests of what decides and what goes live. */
export async function addReviewedRun(
  db: Kysely<Tables>,
  of: { model?: string; waitMs?: number; checks?: QaReport["checks"] } = {},
): Promise<ReviewedRun> {
  const model = of.model ?? "films";
  const key = randomBytes(4).toString("hex");
  const definitionDigest = digestOf({ model });
  await addDefinition(db, { digest: definitionDigest, model, body: {}, folder: "." });
  await setCurrentDefinition(db, model, definitionDigest);
  const { run } = await insertRun(db, {
    id: `${model}-${key}`,
    model,
    run_key: key,
    definition_digest: definitionDigest,
    as_of: new Date(),
    trigger: "person",
    workflow_id: `run/${model}/${key}`,
  });
  const release: Release = {
    model,
    candidate: "popularity",
    artifactDigest: digestOf(key),
    sizeBytes: 1,
    fallbackDigest: digestOf(key),
    definitionDigest,
  };
  const report = { checks: of.checks ?? [], run: key };
  const [releaseDigest, reportDigest] = [digestOf(release), digestOf(report)];
  await db
    .insertInto("release")
    .values({ digest: releaseDigest, model, body: JSON.stringify(release) })
    .execute();
  await db
    .insertInto("qa_report")
    .values({ digest: reportDigest, body: JSON.stringify(report) })
    .execute();
  await addReview(db, { runId: run.id, releaseDigest, reportDigest, waitMs: of.waitMs ?? DAY_MS });
  return { runId: run.id, model, releaseDigest, reportDigest };
}
