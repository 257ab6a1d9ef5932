/** What a process's own login, or a forged workflow's activity, may not say in a person's place. */
import { expect, it, onTestFinished } from "vitest";
import type { RunOutcome, StepAnswer } from "../core/steps.ts";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson, decideAs, type TestPerson } from "../tests/support/reviewed-run.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { openDatabase } from "./connection.ts";
import { noteRefusal } from "./decisions.ts";
import { abortRun, endRun } from "./end-run.ts";
import { getRun } from "./runs.ts";
import { answerStep } from "./step-answers.ts";
import { addSteps, findStep, putBeforePerson, skipStep } from "./steps.ts";

const FAILED = { round: 1, code: "InvalidInput", message: "als: too large" };

/** A run that waits for review, with a failed training and what would judge it; and the logins of worker and server. */
async function setUp() {
  const { db, url } = await testDatabase();
  const [worker, server] = (["worker", "server"] as const).map((login) => {
    const own = openDatabase(asLogin(url, login), { applicationName: `holt-test-${login}` });
    onTestFinished(own.close);
    return own.db;
  }) as [typeof db, typeof db];
  const review = await addOpenReview(db);
  const { runId } = review;
  const train = { runId, step: "train:als" };
  const evaluate = { runId, step: "evaluate:als" };
  await addSteps(db, runId, [
    { name: train.step, kind: "train", after: [], skippable: true },
    { name: evaluate.step, kind: "evaluate", after: [train.step], skippable: false },
  ]);
  await putBeforePerson(worker, train, FAILED);
  const erin = await addTestPerson(db, "deployer");
  const say = (answer: StepAnswer, { proof }: TestPerson = erin) =>
    answerStep(server, train, { proof, round: 1, answer, reason: "as told" });
  return { db, worker, server, review, runId, train, evaluate, erin, say };
}

it("takes answers, aborts and refusals of who holds the secret alone, whoever has the server's login", async () => {
  const { db, server, runId, erin, say } = await setUp();
  const rita = await addTestPerson(db, "reviewer");
  const nobody = { ...erin, proof: erin.personId };
  await expect(say("abort", nobody)).rejects.toThrow("person: is not signed in any more");
  await expect(say("abort", rita)).rejects.toThrow('role "reviewer" may not submit');
  await expect(abortRun(server, runId, { proof: rita.proof, reason: "" })).rejects.toThrow("may not submit");
  const refused = { runId, verdict: "approve", channel: "page" } as const;
  await noteRefusal(server, { ...refused, proof: nobody.proof }, "made up");
  await noteRefusal(server, { ...refused, proof: rita.proof }, "too late");
  const log = db
    .selectFrom("audit")
    .select(["person_id", "action"])
    .where("subject", "=", `run ${runId}`)
    .orderBy("id");
  expect(await log.execute()).toEqual([
    { person_id: null, action: "refuse_decision" },
    { person_id: rita.personId, action: "refuse_decision" },
  ]);
  await abortRun(server, runId, { proof: erin.proof, reason: "no use" });
  expect(await getRun(db, runId)).toMatchObject({
    state: "aborted",
    outcome_reason: `aborted by ${erin.name}: no use`,
  });
  expect((await log.execute()).at(-1)).toEqual({ person_id: erin.personId, action: "finish_run" });
});

it("ends no run as aborted, live, decided or rolled back that isn't, whoever's activity asks", async () => {
  const { db, worker, runId, say } = await setUp();
  const lies: RunOutcome[] = ["aborted", "deployed", "rejected", "expired", "superseded", "rolled_back"];
  for (const outcome of lies)
    await expect(endRun(worker, runId, { outcome, reason: "because" })).rejects.toMatchObject({
      name: "NotAllowed",
      message: expect.stringContaining(`run "${runId}": cannot end as ${outcome}, since `),
    });
  expect(await getRun(db, runId)).toMatchObject({ state: "waiting_for_review", outcome: null });
  expect(await db.selectFrom("audit").select("id").where("action", "=", "finish_run").execute()).toEqual([]);
  await say("abort");
  await endRun(worker, runId, { outcome: "aborted", reason: "erased by mistake" });
  await endRun(worker, runId, { outcome: "failed", reason: "later" });
  expect((await getRun(db, runId)).outcome_reason).toMatch(/^aborted at train:als by deployer-.*: as told$/);
});

it("ends a run as its review did", async () => {
  const { db, worker, review, runId } = await setUp();
  await decideAs(db, await addTestPerson(db), review, { verdict: "reject", reason: "dull" });
  await expect(endRun(worker, runId, { outcome: "expired", reason: "" })).rejects.toThrow(
    "cannot end as expired",
  );
  await endRun(worker, runId, { outcome: "rejected", reason: "rejected by rita: dull" });
  expect(await getRun(db, runId)).toMatchObject({ state: "finished", outcome: "rejected" });
});

it("leaves out a failed step only when a person said so, and with it what would judge it", async () => {
  const { db, worker, train, evaluate, erin, say } = await setUp();
  const nobodySaid = "cannot be left out, since nobody said so";
  for (const ref of [train, evaluate]) await expect(skipStep(worker, ref)).rejects.toThrow(nobodySaid);
  await say("retry");
  await expect(skipStep(worker, train)).rejects.toThrow(nobodySaid);
  await putBeforePerson(worker, train, { ...FAILED, round: 2 });
  await answerStep(db, train, { proof: erin.proof, round: 2, answer: "skip", reason: "" });
  for (const ref of [train, evaluate, train]) await skipStep(worker, ref);
  expect(await findStep(db, train)).toMatchObject({ state: "skipped", summary: `skipped by ${erin.name}` });
  expect(await findStep(db, evaluate)).toMatchObject({ summary: "left out with the step before it" });
});
