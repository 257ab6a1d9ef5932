import { redeemCodes } from "../../activities/redeem-code.ts";
import type { NewDecision } from "../../core/api.ts";
import type { Actor } from "../../core/roles.ts";
import { settleReview } from "../../db/reviews.ts";
import { decide } from "../../operations/decide.ts";
import { changePerson, disablePerson, revokeToken, SET_UP } from "../../operations/people.ts";
import { issueReviewCode } from "../../operations/review-codes.ts";
import { addActor } from "../support/actors.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { setRunEnd } from "../support/end-run.ts";
import type { ReviewedRun } from "../support/reviewed-run.ts";
import { addOpenReview } from "../support/shop.ts";
import type { FaultRow } from "./row.ts";

const APPROVE = { verdict: "approve", reason: "", override: false } as const;

interface Stage {
  database: TestDatabase;
  /** Another installation: a database of its own, with the same people's names. */
  elsewhere: TestDatabase;
  reviewer: Actor;
  run: ReviewedRun;
}

type Attempt = (stage: Stage) => Promise<unknown>;

const approve = ({ database, reviewer, run }: Stage, change: Partial<NewDecision> = {}) =>
  decide(
    { database },
    reviewer,
    run.runId,
    { ...APPROVE, releaseDigest: run.releaseDigest, reportDigest: run.reportDigest, ...change },
    "api",
  );

/** Each approves what isn't to be approved any more, or by whom. */
const CASES: Record<string, Attempt> = {
  async "expired, and noted"(stage) {
    await expire(stage);
    await settleReview(stage.database.db, stage.run.runId);
    await approve(stage);
  },
  async "expired, and not yet noted"(stage) {
    await expire(stage);
    await approve(stage);
  },
  async "rejected before"(stage) {
    const other = await addActor(stage, "reviewer");
    await approve({ ...stage, reviewer: other }, { verdict: "reject", reason: "dull" });
    await approve(stage);
  },
  async "rejected before by the same person"(stage) {
    await approve(stage, { verdict: "reject", reason: "dull" });
    await approve(stage);
  },
  async "superseded by a newer run"(stage) {
    await addOpenReview(stage.database.db, { model: stage.run.model });
    await approve(stage);
  },
  async "the release of another candidate"(stage) {
    const other = await addOpenReview(stage.database.db, { model: "other" });
    await approve(stage, { releaseDigest: other.releaseDigest });
  },
  async "the report of another run"(stage) {
    const other = await addOpenReview(stage.database.db, { model: "other" });
    await approve(stage, { reportDigest: other.reportDigest });
  },
  async "the run was aborted"(stage) {
    const end = { state: "aborted", outcome: "aborted", reason: "no need" } as const;
    await setRunEnd(stage.database.db, stage.run.runId, end);
    await approve(stage);
  },
  async "by a token of another installation"(stage) {
    const foreign = await addActor({ database: stage.elsewhere }, "reviewer", { name: stage.reviewer.name });
    await approve({ ...stage, reviewer: { ...stage.reviewer, proof: foreign.proof } });
  },
  async "by somebody who lost the role meanwhile"(stage) {
    await changePerson(stage, SET_UP, { name: stage.reviewer.name, roles: ["viewer"] });
    await approve(stage);
  },
  async "by somebody who was disabled meanwhile"(stage) {
    await disablePerson(stage, SET_UP, stage.reviewer.name);
    await approve(stage);
  },
  async "by a token that was revoked meanwhile"(stage) {
    await revokeToken(stage, SET_UP, { name: stage.reviewer.name, label: "" });
    await approve(stage);
  },
  async "by a one-time code that was used"(stage) {
    const code = await codeOf(stage, "reject");
    await redeem(stage, code);
    await redeem(stage, code);
    await approve(stage);
  },
  async "by a one-time code that is too old"(stage) {
    const code = await codeOf(stage);
    const past = new Date(0);
    await stage.database.db.updateTable("review_code").set({ expires_at: past }).execute();
    await redeem(stage, code);
  },
  async "by a one-time code of another run"(stage) {
    const run = await addOpenReview(stage.database.db, { model: "other" });
    await redeem(stage, await codeOf({ ...stage, run }));
  },
  async "by a one-time code whose owner lost the role meanwhile"(stage) {
    const code = await codeOf(stage);
    await changePerson(stage, SET_UP, { name: stage.reviewer.name, roles: ["submitter"] });
    await redeem(stage, code);
  },
  async "by a one-time code after a newer run took its place"(stage) {
    const code = await codeOf(stage);
    await addOpenReview(stage.database.db, { model: stage.run.model });
    await redeem(stage, code);
  },
};

/** Approvals that came too late, for something else, or from somebody who may no longer; old ones that come again. */
export const s12: FaultRow = {
  id: "S-12",
  title: "Stale and replayed approvals",
  bound: "each is refused and in the audit log, and nothing is approved",
  counts: { quick: Object.keys(CASES).length, full: Object.keys(CASES).length },
  async run(context) {
    const [database, elsewhere] = [await context.database(), await context.database()];
    const failures: string[] = [];
    for (const [name, attempt] of Object.entries(CASES)) {
      const stage = await open(database, elsewhere);
      await attempt(stage).catch((error: Error) => {
        if (error.name !== "Conflict" && error.name !== "NotAllowed") throw error;
      });
      failures.push(...(await whatIsWrong(stage)).map((words) => `${name}: ${words}`));
    }
    const fresh = await open(database, elsewhere);
    await approve(fresh);
    if ((await whatIsWrong(fresh)).length === 0) failures.push("an approval in time was not seen");
    return { n: Object.keys(CASES).length, failures };
  },
};

let models = 0;
async function open(database: TestDatabase, elsewhere: TestDatabase): Promise<Stage> {
  const run = await addOpenReview(database.db, { model: `model${++models}` });
  return { database, elsewhere, reviewer: await addActor({ database }, "reviewer"), run };
}

async function whatIsWrong({ database: { db }, run }: Stage): Promise<string[]> {
  const approvals = await db
    .selectFrom("decision")
    .select("id")
    .where("run_id", "=", run.runId)
    .where("verdict", "=", "approve")
    .execute();
  const refusals = await db
    .selectFrom("audit")
    .select("id")
    .where("subject", "=", `run ${run.runId}`)
    .where("action", "in", ["refuse_decision", "refuse_review_code"])
    .execute();
  return [
    ...(approvals.length > 0 ? ["was approved"] : []),
    ...(refusals.length === 0 ? ["the refusal is not in the audit log"] : []),
  ];
}

function expire({ database: { db }, run }: Stage): Promise<unknown> {
  const past = new Date(Date.now() - 1);
  return db.updateTable("review").set({ expires_at: past }).where("run_id", "=", run.runId).execute();
}

async function codeOf(
  { database, reviewer, run }: Stage,
  verdict: "approve" | "reject" = "approve",
): Promise<string> {
  const { releaseDigest, reportDigest } = run;
  const wanted = { verdict, releaseDigest, reportDigest, reason: "by code", override: false };
  return (await issueReviewCode({ database }, reviewer, run.runId, wanted)).code;
}

function redeem({ database, run }: Stage, code: string): Promise<void> {
  return redeemCodes(database.db, { runId: run.runId, codes: [code] });
}
