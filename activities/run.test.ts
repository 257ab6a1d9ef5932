import type { Kysely } from "kysely";
import { expect, it } from "vitest";
import type { StepAnswer } from "../core/steps.ts";
import { addDefinition, setCurrentDefinition } from "../db/definitions.ts";
import { findRunByKey, getRun, insertRun } from "../db/runs.ts";
import { findStep, listSteps, startStep } from "../db/steps.ts";
import type { Tables } from "../db/tables.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { digestOf } from "../store/digest.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { smallModelParsed } from "../tests/support/small-model.ts";
import { openScheduledRunActivities } from "./open-scheduled-run.ts";
import { runActivities } from "./run.ts";

const RUN = { runId: "shelf-one" };
const STEP = { ...RUN, step: "train:als" };
const ERROR = { code: "InvalidInput", message: "als: too large; make it smaller" };

async function setUp(change: Parameters<typeof smallModelParsed>[0] = {}) {
  const database = await testDatabase();
  const { db } = database;
  const definition = smallModelParsed(change);
  const digest = digestOf(definition);
  await addDefinition(db, { digest, model: "shelf", body: definition, folder: "." });
  await setCurrentDefinition(db, "shelf", digest);
  await openOne(db, digest, "one");
  const context = { database, ingest: database, artifacts: new ArtifactStore("none") };
  return {
    db,
    digest,
    run: runActivities(context),
    tick: openScheduledRunActivities(context).openScheduledRun,
  };
}

function openOne(db: Kysely<Tables>, digest: string, key: string) {
  return insertRun(db, {
    id: `shelf-${key}`,
    model: "shelf",
    run_key: key,
    definition_digest: digest,
    as_of: new Date(),
    trigger: "person",
    workflow_id: `run/shelf/${key}`,
  });
}

async function answer(db: Kysely<Tables>, round: number, said: StepAnswer, step = STEP.step) {
  const { personId: person_id } = await addTestPerson(db, "deployer");
  const row = { run_id: RUN.runId, step, round, answer: said, person_id, reason: "as told" };
  await db.insertInto("step_answer").values(row).execute();
}

it("opens one run for one key, also when it is asked many times at once", async () => {
  const { db, digest } = await setUp();
  const opened = await Promise.all(Array.from({ length: 20 }, () => openOne(db, digest, "two")));
  expect(opened.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(new Set(opened.map(({ run }) => run.id))).toEqual(new Set(["shelf-two"]));
});

it("plans a run once: the second call gives the same steps", async () => {
  const { db, run } = await setUp();
  const [first, second] = [await run.openRun(RUN), await run.openRun(RUN)];
  expect(second).toEqual(first);
  expect(first.nodes.map(({ name }) => name)).toContain("train:als");
  expect(first.nodes.map(({ name }) => name)).not.toContain("evaluate:champion");
  expect(await listSteps(db, RUN.runId)).toHaveLength(first.nodes.length);
});

it("refuses to open a run that has ended", async () => {
  const { run } = await setUp();
  await run.openRun(RUN);
  await run.finishRun({ ...RUN, outcome: "failed", reason: "broke" });
  await expect(run.openRun(RUN)).rejects.toThrow("has ended (failed)");
});

it("puts a failed step before a person, and tells no answer of an older round", async () => {
  const { db, run } = await setUp();
  await run.openRun(RUN);
  await run.needAttention({ ...STEP, round: 1, error: ERROR });
  expect(await findStep(db, STEP)).toMatchObject({
    state: "needs_attention",
    round: 1,
    error_message: ERROR.message,
  });
  expect(await getRun(db, RUN.runId)).toMatchObject({ state: "needs_attention" });
  expect(await run.readStepAnswer({ ...STEP, round: 1 })).toBeNull();
  await answer(db, 1, "retry");
  expect(await run.readStepAnswer({ ...STEP, round: 1 })).toBe("retry");
  expect(await findStep(db, STEP)).toMatchObject({ state: "waiting" });
  expect(await getRun(db, RUN.runId)).toMatchObject({ state: "running" });
  await run.needAttention({ ...STEP, round: 2, error: ERROR });
  expect(await run.readStepAnswer({ ...STEP, round: 2 })).toBeNull();
});

it("changes nothing when the same round is put before a person again", async () => {
  const { db, run } = await setUp();
  await run.openRun(RUN);
  await run.needAttention({ ...STEP, round: 1, error: ERROR });
  await answer(db, 1, "retry");
  await run.readStepAnswer({ ...STEP, round: 1 });
  await startStep(db, STEP, 1);
  await run.needAttention({ ...STEP, round: 1, error: ERROR });
  expect(await findStep(db, STEP)).toMatchObject({ state: "running", round: 1 });
});

it("lets the run go on only when no other step waits for a person", async () => {
  const { db, run } = await setUp();
  await run.openRun(RUN);
  const other = { ...RUN, step: "train:similar" };
  await run.needAttention({ ...STEP, round: 1, error: ERROR });
  await run.needAttention({ ...other, round: 1, error: ERROR });
  await answer(db, 1, "skip");
  expect(await run.readStepAnswer({ ...STEP, round: 1 })).toBe("skip");
  await run.skipStep(STEP);
  expect(await findStep(db, STEP)).toMatchObject({ state: "skipped" });
  expect(await getRun(db, RUN.runId)).toMatchObject({ state: "needs_attention" });
});

it("never skips a step that later ones need, even if a row says so", async () => {
  const { db, run } = await setUp();
  await run.openRun(RUN);
  const split = { ...RUN, step: "split", round: 1 };
  await run.needAttention({ ...split, error: ERROR });
  await answer(db, 1, "skip", "split");
  await expect(run.readStepAnswer(split)).rejects.toThrow("cannot be skipped");
});

it("ends a run once, says why, and leaves no step open", async () => {
  const { db, run } = await setUp();
  await run.openRun(RUN);
  await run.needAttention({ ...STEP, round: 1, error: ERROR });
  await answer(db, 1, "abort");
  await run.finishRun({ ...RUN, outcome: "aborted" });
  await run.finishRun({ ...RUN, outcome: "failed", reason: "too late" });
  const ended = await getRun(db, RUN.runId);
  expect(ended).toMatchObject({ state: "aborted", outcome: "aborted" });
  expect(ended.outcome_reason).toMatch(/^aborted at train:als by deployer-.*: as told$/);
  expect(new Set((await listSteps(db, RUN.runId)).map(({ state }) => state))).toEqual(new Set(["cancelled"]));
});

it("opens the run of a tick once, by the tick's time", async () => {
  const { db, run, tick } = await setUp();
  await run.finishRun({ ...RUN, outcome: "failed", reason: "over" });
  const at = { model: "shelf", tick: "2026-11-24T03:00:00.000Z" };
  const opened = { next: "start", runId: "shelf-20261124T030000", workflowId: "run/shelf/20261124T030000" };
  expect(await Promise.all([tick(at), tick(at)])).toEqual([opened, opened]);
  expect(await findRunByKey(db, "shelf", "20261124T030000")).toMatchObject({ trigger: "schedule" });
  await run.finishRun({ runId: opened.runId, outcome: "failed", reason: "over" });
  expect(await tick(at)).toEqual({ next: "nothing" });
});

it.each([
  ["skip", "nothing"],
  ["buffer_one", "wait"],
] as const)(
  "does with a tick what overlap %s says while another run works, and starts beside one that waits for a person",
  async (overlap, next) => {
    const { db, run, tick } = await setUp({ schedule: { cron: "0 3 * * *", overlap } });
    const at = { model: "shelf", tick: "2026-11-24T03:00:00.000Z" };
    await run.openRun(RUN);
    expect(await tick(at)).toEqual({ next });
    expect(await findRunByKey(db, "shelf", "20261124T030000")).toBeUndefined();
    await run.needAttention({ ...STEP, round: 1, error: ERROR });
    expect(await tick(at)).toMatchObject({ next: "start" });
  },
);
