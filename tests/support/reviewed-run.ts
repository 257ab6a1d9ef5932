import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import type { NewDecision } from "../../core/api.ts";
import type { ReviewRules } from "../../core/definition-review.ts";
import type { QaReport } from "../../core/qa-report.ts";
import type { Release } from "../../core/release.ts";
import type { Role } from "../../core/roles.ts";
import { decide } from "../../db/decisions.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { openReview } from "../../db/reviews.ts";
import { insertRun } from "../../db/runs.ts";
import { endStep } from "../../db/steps.ts";
import type { Tables } from "../../db/tables.ts";
import { digestOf, sha256 } from "../../store/digest.ts";
import type { StoredRelease } from "./shop.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

export interface ReviewedRun {
  runId: string;
  model: string;
  releaseDigest: string;
  reportDigest: string;
}

/** Somebody with a token, as the database's functions know them. */
export interface TestPerson {
  personId: string;
  name: string;
  /** The token itself. */
  proof: string;
}

/** A person of a role, made of rows; the name is new each time. */
export async function addTestPerson(
  db: Kysely<Tables>,
  role: Role | readonly Role[] = "reviewer",
  of: { groups?: string[]; ownerId?: string; email?: string } = {},
): Promise<TestPerson> {
  const roles = [role].flat() as Role[];
  const name = `${roles.join("-")}-${randomBytes(4).toString("hex")}`;
  const proof = `holt_${randomBytes(32).toString("base64url")}`;
  const { id } = await db
    .insertInto("person")
    .values({ name, roles, groups: of.groups ?? [], owner_id: of.ownerId ?? null, email: of.email ?? null })
    .returning("id")
    .executeTakeFirstOrThrow();
  const expires_at = new Date(Date.now() + HOUR_MS);
  await db
    .insertInto("token")
    .values({ token_sha256: sha256(proof), person_id: id, expires_at })
    .execute();
  return { personId: id, name, proof };
}

export interface ReviewedRunOptions {
  model?: string;
  waitMs?: number;
  checks?: Pick<QaReport["checks"][number], "severity" | "verdict">[];
  /** The definition's rules; one approval by any reviewer when left out. */
  rules?: Partial<ReviewRules>;
  behaviour?: Pick<QaReport["behaviour"][number], "subject" | "overlap">[];
  trigger?: "person" | "schedule";
  requesterId?: string;
  champion?: number;
  candidate?: string;
  artifacts?: StoredRelease;
}

/** A run of `model` whose release waits for review, made of rows only: for tests of what decides and what goes live. */
export async function addReviewedRun(db: Kysely<Tables>, of: ReviewedRunOptions = {}): Promise<ReviewedRun> {
  const run = await addRunToReview(db, of);
  await openReview(db, { ...run, waitMs: of.waitMs ?? DAY_MS });
  return run;
}

/** The same before its review is opened. */
export async function addRunToReview(db: Kysely<Tables>, of: ReviewedRunOptions = {}): Promise<ReviewedRun> {
  const model = of.model ?? "films";
  const key = randomBytes(4).toString("hex");
  const body = of.rules ? { model, review: of.rules } : { model };
  const definitionDigest = digestOf(body);
  await addDefinition(db, { digest: definitionDigest, model, body, folder: "." });
  await setCurrentDefinition(db, model, definitionDigest);
  const { run } = await insertRun(db, {
    id: `${model}-${key}`,
    model,
    run_key: key,
    definition_digest: definitionDigest,
    as_of: new Date(),
    trigger: of.trigger ?? "person",
    person_id: of.requesterId ?? null,
    champion_version: of.champion ?? null,
    workflow_id: `run/${model}/${key}`,
  });
  const release: Release = {
    model,
    candidate: of.candidate ?? "popularity",
    artifactDigest: of.artifacts?.artifact ?? digestOf(key),
    sizeBytes: 1,
    fallbackDigest: of.artifacts?.fallback ?? digestOf(key),
    definitionDigest,
    ...(of.artifacts?.golden === undefined ? {} : { goldenDigest: of.artifacts.golden }),
  };
  const report = {
    championVersion: of.champion ?? null,
    verdict: "pass",
    headline: "Fit to go live: all 3 checks pass.",
    checks: of.checks ?? [],
    behaviour: of.behaviour ?? [],
    run: key,
  };
  const [releaseDigest, reportDigest] = [digestOf(release), digestOf(report)];
  await db
    .insertInto("release")
    .values({ digest: releaseDigest, model, body: JSON.stringify(release) })
    .execute();
  await db
    .insertInto("qa_report")
    .values({ digest: reportDigest, body: JSON.stringify(report) })
    .execute();
  return { runId: run.id, model, releaseDigest, reportDigest };
}

/** Decides as this person, from the command line. */
export function decideAs(
  db: Kysely<Tables>,
  { proof }: TestPerson,
  { runId, releaseDigest, reportDigest }: ReviewedRun,
  change: Partial<NewDecision> = {},
): ReturnType<typeof decide> {
  const decision = { verdict: "approve", reason: "", override: false, ...change } as const;
  return decide(db, { releaseDigest, reportDigest, ...decision, runId, proof, channel: "cli" });
}

/** What a run's step "qa" leaves; the step must be there. */
export async function leaveReport(
  db: Kysely<Tables>,
  { runId, releaseDigest, reportDigest }: ReviewedRun,
  verdict: QaReport["verdict"],
): Promise<void> {
  const result = { summary: "looked at", detail: { verdict, releaseDigest, reportDigest } };
  const end = { state: "done", inputDigest: "0".repeat(64), reusedFromRun: null, result } as const;
  await endStep(db, { runId, step: "qa" }, end);
}
