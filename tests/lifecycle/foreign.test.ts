/** Workflows that somebody else than Holt starts, by Temporal's own command. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { TASK_QUEUES } from "../../core/task-queues.ts";
import { getRun } from "../../db/runs.ts";
import { listSteps } from "../../db/steps.ts";
import { eventsOf, expectNoTaskFailed } from "../support/history.ts";
import { approve, start, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { startWorkers } from "../support/workers.ts";

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeAll(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
});
afterAll(async () => {
  await stopWorkers();
  await stage.close();
});

function startForeign(workflowType: string, workflowId: string, args: unknown[]) {
  return stage.temporal.workflow.start(workflowType, { workflowId, taskQueue: TASK_QUEUES.pipeline, args });
}

it("changes nothing of a run that is not its own, neither by its work nor by its end", async () => {
  const { db } = stage.database;
  await stage.apply();
  const run = await start(stage, { baselineOnly: true });
  await untilRun(stage, run, "waiting_for_review");
  const before = [await getRun(db, run.runId), await listSteps(db, run.runId)];
  const foreign = await startForeign("lifecycle", "foreign", [{ runId: run.runId }]);
  await foreign.cancel();
  await expect(foreign.result()).rejects.toThrow();
  const failure = await until("its failure", async () => {
    const failures = (await eventsOf(foreign)).map(
      (event) => event.activityTaskFailedEventAttributes?.failure,
    );
    return failures.find((one) => one);
  });
  expect(failure?.applicationFailureInfo).toMatchObject({ type: "NotAllowed", nonRetryable: true });
  expect(failure?.message).toContain(`belongs to workflow "${run.workflow.workflowId}", not "foreign"`);
  expect([await getRun(db, run.runId), await listSteps(db, run.runId)]).toEqual(before);
  await expectNoTaskFailed(foreign);
  expect(await approve(stage, run)).toMatchObject({ outcome: "deployed" });
});

it.each([
  ["lifecycle", []],
  ["lifecycle", [{ run: 7 }]],
  ["nightly", []],
  ["monitor", ["shelf"]],
] as const)("fails at once: %s started with %j", async (workflowType, args) => {
  const workflow = await startForeign(workflowType, `${workflowType}-${JSON.stringify(args)}`, [...args]);
  await expect(workflow.result()).rejects.toMatchObject({
    cause: { message: expect.stringContaining("input: has no ") },
  });
  await expectNoTaskFailed(workflow);
});
