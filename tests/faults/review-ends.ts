/** Four ways in which a review ends, set off within 5 ms of each other, and whether all that tells of it agrees. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely } from "kysely";
import { sql } from "kysely";
import { decide } from "../../db/decisions.ts";
import { openReview, settleReview } from "../../db/reviews.ts";
import { insertRun } from "../../db/runs.ts";
import type { Tables } from "../../db/tables.ts";
import { getReviewDetail, listReviews } from "../../db/views/reviews.ts";
import type { ReviewedRun, TestPerson } from "../support/reviewed-run.ts";
import type { Random } from "./random.ts";

/** All four come within this. */
const WITHIN_MS = 5;
const DAY_MS = 86_400_000;
export const ENDS = ["approved", "rejected", "expired", "superseded"] as const;
export type End = (typeof ENDS)[number];

/** What each end leaves in the log, and as a decision. */
const TRACES = {
  approved: { action: "approve", verdicts: ["approve"] },
  rejected: { action: "reject", verdicts: ["reject"] },
  expired: { action: "expire", verdicts: [] },
  superseded: { action: "supersede", verdicts: [] },
} as const;

/** A newer run of the same release, whose review isn't open yet. */
async function addNewerRun(db: Kysely<Tables>, run: ReviewedRun): Promise<ReviewedRun> {
  const { definition_digest, run_key } = await db
    .selectFrom("run")
    .select(["definition_digest", "run_key"])
    .where("id", "=", run.runId)
    .executeTakeFirstOrThrow();
  const key = `${run_key}-newer`;
  await insertRun(db, {
    id: `${run.model}-${key}`,
    model: run.model,
    run_key: key,
    definition_digest,
    as_of: new Date(),
    trigger: "person",
    workflow_id: `run/${run.model}/${key}`,
  });
  return { ...run, runId: `${run.model}-${key}` };
}

/** Lets approval, rejection, deadline and a newer run meet, and waits until all four have had their answer. */
export async function race(
  db: Kysely<Tables>,
  run: ReviewedRun,
  of: { random: Random; approver: TestPerson; rejecter: TestPerson; deadlineIsSet?: boolean },
): Promise<void> {
  const { random, approver, rejecter, deadlineIsSet = false } = of;
  const newer = await addNewerRun(db, run);
  const { runId, releaseDigest, reportDigest } = run;
  const seen = {
    runId,
    releaseDigest,
    reportDigest,
    reason: "why",
    override: false,
    channel: "api" as const,
  };
  if (!deadlineIsSet)
    await sql`update review set expires_at = clock_timestamp() + ${random.below(WITHIN_MS)} * interval '1 ms'
      where run_id = ${runId}`.execute(db);
  const contenders = [
    () => decide(db, { ...seen, verdict: "approve", proof: approver.proof }),
    () => decide(db, { ...seen, verdict: "reject", proof: rejecter.proof }),
    () => openReview(db, { ...newer, waitMs: DAY_MS }),
    () => settleReview(db, runId),
  ];
  // One of them begins at once, each as often: what each does before it comes to the lock takes unequally long.
  const first = random.pick(contenders);
  await Promise.allSettled(
    random.shuffled(contenders).map(async (contend) => {
      if (contend !== first) await sleep(1 + random.below(WITHIN_MS));
      return contend();
    }),
  );
}

/** The end that stands. @throws when it isn't one of the four */
export async function endOf(db: Kysely<Tables>, runId: string): Promise<End> {
  for (;;) {
    const { state, waitMs } = await settleReview(db, runId);
    if (state !== "open") return state;
    await sleep(Math.min(waitMs, WITHIN_MS));
  }
}

/** Where row, decisions, audit log and the API's views tell different ends; none when all agree. */
export async function disagreements(db: Kysely<Tables>, runId: string, end: End): Promise<string[]> {
  const { action, verdicts } = TRACES[end];
  const decisions = await db.selectFrom("decision").select("verdict").where("run_id", "=", runId).execute();
  const audit = await db
    .selectFrom("audit")
    .select("action")
    .where("subject", "=", `run ${runId}`)
    .where(
      "action",
      "in",
      Object.values(TRACES).map((trace) => trace.action),
    )
    .execute();
  const detail = await getReviewDetail(db, runId);
  const listed = (await listReviews(db)).find((review) => review.runId === runId);
  const again = await settleReview(db, runId);
  const told = {
    decisions: decisions.map(({ verdict }) => verdict).join(),
    audit: audit.map((entry) => entry.action).join(),
    page: detail.state,
    list: listed?.state ?? end,
    "a second look": again.state,
    "the newer run": detail.supersededBy === null ? "no" : "yes",
  };
  const expected: typeof told = {
    decisions: verdicts.join(),
    audit: action,
    page: end,
    list: end,
    "a second look": end,
    "the newer run": end === "superseded" ? "yes" : "no",
  };
  return (Object.keys(expected) as (keyof typeof told)[])
    .filter((key) => told[key] !== expected[key])
    .map((key) => `run "${runId}" is ${end}, but ${key}: "${told[key]}"`);
}
