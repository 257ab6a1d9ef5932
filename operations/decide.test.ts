import { expect, it } from "vitest";
import type { NewDecision } from "../core/api.ts";
import { Proof } from "../core/roles.ts";
import { listDecisions } from "../db/decisions.ts";
import { getReview } from "../db/reviews.ts";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { setRunEnd } from "../tests/support/end-run.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { decide } from "./decide.ts";

const TIMES = 50;

async function setUp(of: { waitMs?: number } = {}) {
  const database = await testDatabase();
  const context = { database };
  const run = await addOpenReview(database.db, of);
  const rita = await addActor(context, "reviewer");
  const decision = (change: Partial<NewDecision> = {}): NewDecision => ({
    verdict: "approve",
    releaseDigest: run.releaseDigest,
    reportDigest: run.reportDigest,
    reason: "",
    override: false,
    ...change,
  });
  return { db: database.db, context, run, rita, decision };
}

it("keeps a decision with its audit entry and a wake-up, though nobody runs Temporal", async () => {
  const { db, context, run, rita, decision } = await setUp();
  const made = await decide(context, rita, run.runId, decision({ reason: "good shelf" }), "page");
  expect(made).toMatchObject({ verdict: "approve", by: rita.name, channel: "page", reason: "good shelf" });
  expect(await db.selectFrom("wake_up").selectAll().execute()).toMatchObject([
    { signal: "approval", delivered_at: null },
  ]);
  const audit = await db
    .selectFrom("audit")
    .select("action")
    .where("subject", "=", `run ${run.runId}`)
    .execute();
  expect(audit).toEqual([{ action: "approve" }]);
});

it("gives the same person's same decision the same answer, and writes nothing again", async () => {
  const { db, context, run, rita, decision } = await setUp();
  const answers = await Promise.all(
    Array.from({ length: TIMES }, () => decide(context, rita, run.runId, decision(), "cli")),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await db.selectFrom("wake_up").select("id").execute()).toHaveLength(1);
  const audit = await db.selectFrom("audit").select("id").where("action", "=", "approve").execute();
  expect(audit).toHaveLength(1);
});

it("refuses a second decision, of another person or another mind", async () => {
  const { context, run, rita, decision } = await setUp();
  await decide(context, rita, run.runId, decision(), "cli");
  const decidedAlready = `review of run "${run.runId}": was decided already (approved, `;
  const rob = await addActor(context, "reviewer");
  await expect(decide(context, rob, run.runId, decision(), "cli")).rejects.toThrow(decidedAlready);
  const reject = decision({ verdict: "reject", reason: "dull" });
  await expect(decide(context, rita, run.runId, reject, "cli")).rejects.toThrow(decidedAlready);
});

it.each([
  ["release", { releaseDigest: "0".repeat(64) }],
  ["report", { reportDigest: "0".repeat(64) }],
])("refuses a decision on a %s that isn't the one there", async (_what, change) => {
  const { db, context, run, rita, decision } = await setUp();
  await expect(decide(context, rita, run.runId, decision(change), "page")).rejects.toThrow(
    `review of run "${run.runId}": release or report is not the one that you saw; look at it again`,
  );
  expect(await listDecisions(db, run.runId)).toEqual([]);
  expect(await db.selectFrom("wake_up").select("id").execute()).toEqual([]);
});

it("refuses a rejection without a reason, a run without a review, one that has ended, and one past its time", async () => {
  const { db, context, run, rita, decision } = await setUp();
  await expect(decide(context, rita, run.runId, decision({ verdict: "reject" }), "cli")).rejects.toThrow(
    "a rejection needs a reason",
  );
  await expect(decide(context, rita, "shop-none", decision(), "cli")).rejects.toThrow(
    'run "shop-none": has no review; see "holt run show shop-none"',
  );
  await setRunEnd(db, run.runId, { state: "aborted", outcome: "aborted", reason: "no need" });
  await expect(decide(context, rita, run.runId, decision(), "cli")).rejects.toThrow(
    `run "${run.runId}": has ended (aborted), so nothing is left to decide; start another`,
  );
  const late = await addOpenReview(db, { waitMs: -1 });
  const { releaseDigest, reportDigest } = late;
  await expect(
    decide(context, rita, late.runId, decision({ releaseDigest, reportDigest }), "cli"),
  ).rejects.toThrow(`review of run "${late.runId}": expired at `);
});

it("lets only reviewers and admins decide", async () => {
  const { db, context, run, decision } = await setUp();
  for (const role of ["viewer", "service", "submitter", "deployer", "auditor"] as const) {
    const actor = await addActor(context, role);
    await expect(decide(context, actor, run.runId, decision(), "cli")).rejects.toThrow(
      `role "${role}" may not decide; ask for the role "reviewer" or "admin"`,
    );
  }
  expect(await listDecisions(db, run.runId)).toEqual([]);
});

it("takes what the person saw into the decision, and a question that leaves the review open", async () => {
  const { db, context, run, rita, decision } = await setUp();
  const seen = { openedAt: "2026-11-24T10:00:00.000Z", previews: ["p7"] };
  const asked = await decide(
    context,
    rita,
    run.runId,
    decision({ verdict: "ask", reason: "why?", seen }),
    "slack",
  );
  expect(asked).toMatchObject({ verdict: "ask", channel: "slack", seen, override: false, onBehalfOf: null });
  expect((await getReview(db, run.runId)).state).toBe("open");
});

it("goes by the token itself, not by what the caller says of the person", async () => {
  const { db, context, run, rita, decision } = await setUp();
  const viewer = await addActor(context, "viewer");
  const forged = { ...rita, proof: viewer.proof };
  await expect(decide(context, forged, run.runId, decision(), "cli")).rejects.toThrow("may not decide");
  const madeUp = { ...rita, proof: new Proof("holt_nonsense") };
  await expect(decide(context, madeUp, run.runId, decision(), "cli")).rejects.toThrow("not signed in");
  expect(await listDecisions(db, run.runId)).toEqual([]);
  // a refusal is the viewer's, whose token it was, and nobody's; of rita there is no word
  const refused = db
    .selectFrom("audit")
    .select("person_id")
    .where("action", "=", "refuse_decision")
    .orderBy("id");
  expect(await refused.execute()).toEqual([{ person_id: viewer.personId }, { person_id: null }]);
});
