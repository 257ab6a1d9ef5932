import type { Kysely } from "kysely";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import {
  addReviewedRun,
  addRunToReview,
  addTestPerson,
  decideAs,
  type ReviewedRun,
  type ReviewedRunOptions,
} from "../tests/support/reviewed-run.ts";
import { listDecisions } from "./decisions.ts";
import { deploy } from "./deployments.ts";
import { findRelease } from "./releases.ts";
import { getReview, openReview, settleReview } from "./reviews.ts";
import type { Tables } from "./tables.ts";
import { registerVersion } from "./versions.ts";

const DAY_MS = 86_400_000;
const FAILED = { severity: "error", verdict: "fail" } as const;
const PASSED = { severity: "error", verdict: "pass" } as const;
const NIGHTLY = { scheduledOnly: true, sameCandidate: true, maxListChange: 0.05 };

it("takes the place of older runs' open reviews, and tells their workflows", async () => {
  const { db } = await testDatabase();
  const [first, second, third] = [
    await addReviewedRun(db),
    await addReviewedRun(db),
    await addReviewedRun(db),
  ];
  expect(await getReview(db, first.runId)).toMatchObject({
    state: "superseded",
    superseded_by: second.runId,
  });
  expect(await getReview(db, second.runId)).toMatchObject({
    state: "superseded",
    superseded_by: third.runId,
  });
  expect(await getReview(db, third.runId)).toMatchObject({ state: "open", superseded_by: null });
  await expect(decideAs(db, await addTestPerson(db), first)).rejects.toThrow(
    `run "${second.runId}" took its place; decide on that one`,
  );
  expect(await db.selectFrom("wake_up").select("workflow_id").orderBy("created_at").execute()).toEqual(
    [first, second].map(({ runId }) => ({ workflow_id: runId.replace("films-", "run/films/") })),
  );
  const audit = await db.selectFrom("audit").select(["action", "subject"]).orderBy("id").execute();
  expect(audit).toEqual([
    { action: "supersede", subject: `run ${first.runId}` },
    { action: "supersede", subject: `run ${second.runId}` },
  ]);
});

it("is superseded at once when a newer run's review is open, or was approved", async () => {
  const { db } = await testDatabase();
  const [slow, slower] = [await addRunToReview(db), await addRunToReview(db)];
  const newer = await addReviewedRun(db);
  expect(await openReview(db, { ...slow, waitMs: DAY_MS })).toMatchObject({ state: "superseded" });
  expect(await getReview(db, newer.runId)).toMatchObject({ state: "open" });
  await decideAs(db, await addTestPerson(db), newer);
  expect(await openReview(db, { ...slower, waitMs: DAY_MS })).toMatchObject({ state: "superseded" });
  expect(await getReview(db, slower.runId)).toMatchObject({ superseded_by: newer.runId });
});

it("opens beside what was decided, has expired, is another model's, or whose run has ended", async () => {
  const { db } = await testDatabase();
  const approved = await addReviewedRun(db);
  await decideAs(db, await addTestPerson(db), approved);
  const late = await addReviewedRun(db, { waitMs: -1 });
  const other = await addReviewedRun(db, { model: "songs" });
  const old = await addRunToReview(db);
  const rejected = await addReviewedRun(db);
  await decideAs(db, await addTestPerson(db), rejected, { verdict: "reject", reason: "dull" });
  expect(await openReview(db, { ...old, waitMs: DAY_MS })).toMatchObject({ state: "open" });
  expect((await getReview(db, approved.runId)).state).toBe("approved");
  expect((await getReview(db, other.runId)).state).toBe("open");
  expect(await settleReview(db, late.runId)).toMatchObject({ state: "expired" });
});

it("opens none for a failed check that nobody may override, for a run that has ended, or another definition's release", async () => {
  const { db } = await testDatabase();
  const failed = await addRunToReview(db, { checks: [FAILED] });
  expect(await openReview(db, { ...failed, waitMs: DAY_MS })).toMatchObject({ state: "qa_failed" });
  const ended = await addRunToReview(db);
  await db
    .updateTable("run")
    .set({ state: "aborted", outcome: "aborted", finished_at: new Date() })
    .where("id", "=", ended.runId)
    .execute();
  await expect(openReview(db, { ...ended, waitMs: DAY_MS })).rejects.toThrow("has ended (aborted)");
  const other = await addRunToReview(db, { model: "songs" });
  const swapped = { ...other, releaseDigest: failed.releaseDigest, waitMs: DAY_MS };
  await expect(openReview(db, swapped)).rejects.toThrow("is not of its model and definition");
  expect(await db.selectFrom("review").select("run_id").execute()).toEqual([]);
});

/** A model with a live version of candidate "als", and a scheduled run that would replace it by the same, moved by 3 %. */
async function automatic(
  change: ReviewedRunOptions = {},
  before: Pick<ReviewedRunOptions, "rules"> & { rejects?: boolean; imported?: boolean } = {},
) {
  const { db } = await testDatabase();
  const rules = { automatic: { other: { ...NIGHTLY, maxListChange: 0.01 }, nightly: NIGHTLY } };
  const first = await addReviewedRun(db, { candidate: "als", rules, ...before });
  await decideAs(db, await addTestPerson(db), first);
  const version = await registerVersion(db, first.runId);
  const artifactDigest = String((await findRelease(db, first.releaseDigest))?.artifactDigest);
  await deploy(db, { runId: first.runId, version }, { artifactDigest, reportDigest: first.reportDigest });
  if (before.rejects) {
    const rejected = await addReviewedRun(db, { candidate: "als", champion: 1, rules });
    await decideAs(db, await addTestPerson(db), rejected, { verdict: "reject", reason: "not for us" });
  }
  const run = await addRunToReview(db, {
    candidate: "als",
    champion: 1,
    trigger: "schedule",
    checks: [PASSED],
    behaviour: [{ subject: "als", overlap: 0.97 }],
    rules,
    ...change,
  });
  if (before.imported) await markAsImported(db, run);
  await openReview(db, { ...run, waitMs: DAY_MS });
  return { db, run };
}

/** As if its release had come from another environment. */
async function markAsImported(
  db: Kysely<Tables>,
  { runId, releaseDigest, reportDigest }: ReviewedRun,
): Promise<void> {
  const person_id = (await addTestPerson(db, "admin")).personId;
  const key_id = "a".repeat(64);
  await db
    .insertInto("trusted_environment")
    .values({ key_id, name: "staging", public_key: Buffer.alloc(44), person_id, trusted_at: new Date() })
    .execute();
  await db
    .insertInto("imported_release")
    .values({
      ...{ run_id: runId, key_id, release_digest: releaseDigest, report_digest: reportDigest, person_id },
      ...{ manifest: "{}", manifest_sha256: "b".repeat(64), signature: "", evidence: "{}" },
      imported_at: new Date(),
    })
    .execute();
}

it("approves a case that the definition names, signed by the rule's name, and it goes live", async () => {
  const { db, run } = await automatic();
  expect((await getReview(db, run.runId)).state).toBe("approved");
  expect(await listDecisions(db, run.runId)).toMatchObject([
    {
      verdict: "approve",
      by: "nightly",
      rule: "nightly",
      person_id: null,
      channel: "rule",
      reason: "no check fails, and 3 % of the mean list differs from version 1's (at most 5 %)",
    },
  ]);
  expect(await registerVersion(db, run.runId)).toBe(2);
  const artifactDigest = String((await findRelease(db, run.releaseDigest))?.artifactDigest);
  const live = await deploy(
    db,
    { runId: run.runId, version: 2 },
    { artifactDigest, reportDigest: run.reportDigest },
  );
  expect(live).toMatchObject({ version: 2, previous_version: 1, person_id: null });
});

it("approves by rule though a warning cannot tell, since nobody may ever be like that", async () => {
  const { db, run } = await automatic({ checks: [PASSED, { severity: "warn", verdict: "inconclusive" }] });
  expect((await getReview(db, run.runId)).state).toBe("approved");
  expect(await listDecisions(db, run.runId)).toMatchObject([{ verdict: "approve", rule: "nightly" }]);
});

it.each<[string, ReviewedRunOptions]>([
  ["a check that fails", { checks: [PASSED, { severity: "warn", verdict: "fail" }] }],
  ["what must pass and cannot tell", { checks: [PASSED, { severity: "error", verdict: "inconclusive" }] }],
  ["no check at all", { checks: [] }],
  ["a list that moved too far", { behaviour: [{ subject: "als", overlap: 0.94 }] }],
  ["a list of which that cannot be told", { behaviour: [{ subject: "als", overlap: null }] }],
  ["figures of another candidate", { behaviour: [{ subject: "popularity", overlap: 1 }] }],
  ["a run that a person started", { trigger: "person" }],
  ["another candidate", { candidate: "similar", behaviour: [{ subject: "similar", overlap: 1 }] }],
  ["nothing live to compare with", { champion: undefined as never }],
])("asks a person about %s", async (_, change) => {
  const { db, run } = await automatic(change);
  expect((await getReview(db, run.runId)).state).toBe("open");
  expect(await listDecisions(db, run.runId)).toEqual([]);
});

it("asks a person about what came from another environment, whatever the definition's rules say", async () => {
  const { db, run } = await automatic({}, { imported: true });
  expect((await getReview(db, run.runId)).state).toBe("open");
  expect(await listDecisions(db, run.runId)).toEqual([]);
});

it("asks a person while nobody approved anything of a definition, whatever its own rules say", async () => {
  const { db, run } = await automatic({}, { rules: {} });
  expect((await getReview(db, run.runId)).state).toBe("open");
  expect(await listDecisions(db, run.runId)).toEqual([]);
});

it("asks a person after somebody rejected what the same definition brought against the same live version", async () => {
  const { db, run } = await automatic({}, { rejects: true });
  expect((await getReview(db, run.runId)).state).toBe("open");
  expect(await listDecisions(db, run.runId)).toEqual([]);
});
