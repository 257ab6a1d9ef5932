import { expect, it } from "vitest";
import type { NewStepAnswer } from "../core/api.ts";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { setRunEnd } from "../tests/support/end-run.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { answerStep } from "./answer-step.ts";

const STEP = "ingest:sales";
const RETRY: NewStepAnswer = { answer: "retry", round: 1, reason: "" };

/** A run whose ingest needs attention for the first time. */
async function setUp(of: { skippable?: boolean } = {}) {
  const database = await testDatabase();
  const { db } = database;
  const context = { database };
  const { runId } = await addOpenReview(db);
  const erin = await addActor(context, "deployer");
  const ref = { runId, step: STEP };
  const setStep = (change: { state?: "needs_attention" | "running"; round?: number }) =>
    db.updateTable("step").set(change).where("run_id", "=", runId).where("name", "=", STEP).execute();
  await setStep({ state: "needs_attention", round: 1 });
  await db
    .updateTable("step")
    .set({ skippable: of.skippable ?? false })
    .execute();
  return { db, context, erin, ref, setStep };
}

it("keeps one answer a round with its audit entry and wake-up, however often it is given", async () => {
  const { db, context, erin, ref } = await setUp();
  const answers = await Promise.all(Array.from({ length: 20 }, () => answerStep(context, erin, ref, RETRY)));
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(answers[0]).toMatchObject({ answer: "retry", round: 1, by: erin.name });
  expect(await db.selectFrom("step_answer").select(["step", "round", "answer"]).execute()).toEqual([
    { step: STEP, round: 1, answer: "retry" },
  ]);
  expect(await db.selectFrom("wake_up").select("signal").execute()).toEqual([{ signal: "stepAnswered" }]);
  const audit = await db.selectFrom("audit").select("detail").where("action", "=", "retry_step").execute();
  expect(audit).toEqual([{ detail: { step: STEP, round: 1, reason: "" } }]);
});

it("takes the first of two people's answers", async () => {
  const { context, erin, ref, setStep } = await setUp();
  await answerStep(context, erin, ref, RETRY);
  const other = await addActor(context, "deployer");
  await expect(answerStep(context, other, ref, { ...RETRY, answer: "abort" })).rejects.toThrow(
    `run "${ref.runId}" step "${STEP}": "${erin.name}" answered round 1 already: retry; the first answer stands`,
  );
  await setStep({ state: "needs_attention", round: 2 });
  expect(await answerStep(context, other, ref, { ...RETRY, round: 2 })).toMatchObject({ round: 2 });
});

it("refuses an answer to an earlier failure than the one that stands there", async () => {
  const { db, context, erin, ref, setStep } = await setUp();
  await setStep({ round: 3 });
  await expect(answerStep(context, erin, ref, RETRY)).rejects.toThrow(
    "failed again since (round 3, not 1); look at its error, then answer",
  );
  expect(await db.selectFrom("step_answer").selectAll().execute()).toEqual([]);
});

it("skips only a step that may be skipped", async () => {
  const needed = await setUp({ skippable: false });
  const skip: NewStepAnswer = { ...RETRY, answer: "skip", reason: "data comes later" };
  await expect(answerStep(needed.context, needed.erin, needed.ref, skip)).rejects.toThrow(
    "cannot be skipped, since later steps need it; retry it, or abort the run",
  );
  const own = await setUp({ skippable: true });
  expect(await answerStep(own.context, own.erin, own.ref, skip)).toMatchObject({ answer: "skip" });
});

it("refuses an answer nobody waits for, on an unknown step or run, after the end, or by who may not submit", async () => {
  const { db, context, erin, ref, setStep } = await setUp();
  const reviewer = await addActor(context, "reviewer");
  await expect(answerStep(context, reviewer, ref, RETRY)).rejects.toThrow('role "reviewer" may not submit');
  await expect(answerStep(context, erin, { ...ref, step: "train:x" }, RETRY)).rejects.toThrow(
    'step "train:x": is not part of the run',
  );
  await expect(answerStep(context, erin, { ...ref, runId: "none" }, RETRY)).rejects.toThrow(
    'run "none": is not in the database',
  );
  await setStep({ state: "running" });
  await expect(answerStep(context, erin, ref, RETRY)).rejects.toThrow(
    "is running, so no answer is waited for; look at it again",
  );
  await setRunEnd(db, ref.runId, { state: "aborted", outcome: "aborted", reason: "no need" });
  await expect(answerStep(context, erin, ref, RETRY)).rejects.toThrow("has ended (aborted); start another");
  expect(await db.selectFrom("step_answer").selectAll().execute()).toEqual([]);
});
