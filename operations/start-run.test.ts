import { afterAll, beforeAll, expect, it } from "vitest";
import { getRun } from "../db/runs.ts";
import { addActor } from "../tests/support/actors.ts";
import { addShop } from "../tests/support/shop.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import type { OperationsContext } from "./context.ts";
import { startRun } from "./start-run.ts";
import { deliverWakeUps } from "./wake-ups.ts";

let stage: Stage;
let context: OperationsContext;
beforeAll(async () => {
  stage = await openStage();
  context = { database: stage.database, temporal: stage.temporal };
  await stage.apply();
});
afterAll(() => stage.close());

const wanted = (runKey?: string) => ({
  model: "shelf",
  baselineOnly: false,
  fresh: false,
  ...(runKey ? { runKey } : {}),
});

it("opens one run and one workflow for a run key, also when 50 start it at the same time", async () => {
  const started = await Promise.all(
    Array.from({ length: 50 }, () => startRun(context, stage.engineer, wanted("nightly-7"))),
  );
  expect(new Set(started.map(({ runId, workflowId }) => `${runId} ${workflowId}`))).toEqual(
    new Set(["shelf-nightly-7 run/shelf/nightly-7"]),
  );
  expect(started.filter(({ isNew }) => isNew)).toHaveLength(1);
  const execution = await stage.temporal.workflow.getHandle("run/shelf/nightly-7").describe();
  expect(execution).toMatchObject({ type: "lifecycle", taskQueue: "pipeline", historyLength: 2 });
  const audit = await stage.database.db
    .selectFrom("audit")
    .select("id")
    .where("subject", "=", "run shelf-nightly-7")
    .execute();
  expect(audit).toHaveLength(1);
});

it("knows what was applied and when: a run of today sees what is known at its opening", async () => {
  const { runId } = await startRun(context, stage.engineer, wanted("today"));
  const run = await getRun(stage.database.db, runId);
  expect(run).toMatchObject({ trigger: "person", person_id: stage.engineer.personId, state: "running" });
  expect(run.as_of).toEqual(run.opened_at);
});

it("makes a new run each time when no key is given, also in the same second", async () => {
  const started = await Promise.all([1, 2, 3].map(() => startRun(context, stage.engineer, wanted())));
  expect(new Set(started.map(({ runId }) => runId)).size).toBe(3);
  for (const { runId } of started) expect(runId).toMatch(/^shelf-\d{8}T\d{6}(-\d)?$/);
});

it("says which other runs of the model go on", async () => {
  await startRun(context, stage.engineer, wanted("one"));
  const { alsoOpen } = await startRun(context, stage.engineer, wanted("two"));
  expect(alsoOpen).toContainEqual({ runId: "shelf-one", state: "running" });
  expect(alsoOpen.map(({ runId }) => runId)).not.toContain("shelf-two");
});

it("refuses a run key that was used with other settings", async () => {
  await startRun(context, stage.engineer, wanted("small"));
  await expect(startRun(context, stage.engineer, { ...wanted("small"), baselineOnly: true })).rejects.toThrow(
    'run "shelf-small": its run key was used before with baselineOnly false and fresh false',
  );
});

it("comes to one run each time that 20 start it at the same time, and refuses another model's run id", async () => {
  for (let race = 0; race < 20; race++) {
    const started = await Promise.all(
      Array.from({ length: 20 }, () => startRun(context, stage.engineer, wanted(`race-${race}`))),
    );
    expect(started.filter(({ isNew }) => isNew)).toHaveLength(1);
  }
  await addShop(stage.database.db, "shelf-race");
  await expect(startRun(context, stage.engineer, { ...wanted("7"), model: "shelf-race" })).rejects.toThrow(
    'run "shelf-race-7": is another model\'s already, by its name and key together; choose another run key',
  );
});

it("opens the run while Temporal is away, and its workflow starts when somebody delivers", async () => {
  const { workflowId } = await startRun({ database: stage.database }, stage.engineer, wanted("later"));
  const handle = stage.temporal.workflow.getHandle(workflowId);
  await expect(handle.describe()).rejects.toThrow("not found");
  expect(await deliverWakeUps(context)).toEqual({ delivered: 1, errors: [], lost: [] });
  expect(await handle.describe()).toMatchObject({ type: "lifecycle" });
  expect(await deliverWakeUps(context)).toEqual({ delivered: 0, errors: [], lost: [] });
});

it("refuses a model that isn't applied, and people who may not submit", async () => {
  await expect(startRun(context, stage.engineer, { ...wanted(), model: "none" })).rejects.toThrow(
    'model "none": is not in the database; apply its definition with "holt apply"',
  );
  const viewer = await addActor(context, "viewer");
  await expect(startRun(context, viewer, wanted())).rejects.toThrow('role "viewer" may not submit');
});
