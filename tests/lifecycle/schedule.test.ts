/** What Temporal's schedules start: a tick opens one run by its time, a look at the model writes one row. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { findRunByKey } from "../../db/runs.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { approve, decideRun, start, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { startWorkers } from "../support/workers.ts";

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeEach(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
});
afterEach(async () => {
  await stopWorkers();
  await stage.close();
});

/** The workflow that a schedule's newest tick started. */
async function tickOf(scheduleId: string) {
  const handle = stage.temporal.schedule.getHandle(scheduleId);
  await handle.trigger();
  const [action] = await until(`a tick of ${scheduleId}`, async () => {
    const { recentActions } = (await handle.describe()).info;
    return recentActions.length > 0 && recentActions;
  });
  if (action?.action.type !== "startWorkflow") throw new Error("the schedule starts no workflow");
  return stage.temporal.workflow.getHandle(action.action.workflow.workflowId);
}

it("opens the run of a tick by the tick's time, and does not wait for its review", async () => {
  await stage.apply({ schedule: { cron: "0 3 1 1 *" } });
  const tick = await tickOf("nightly/shelf");
  const { runId } = (await tick.result()) as { runId: string };
  const [, at = ""] = /^nightly\/shelf-(.*)Z$/.exec(tick.workflowId) ?? [];
  const runKey = at.replaceAll(/[-:]/g, "");
  const run = await findRunByKey(stage.database.db, "shelf", runKey);
  expect(run).toMatchObject({
    id: runId,
    trigger: "schedule",
    person_id: null,
    workflow_id: `run/shelf/${runKey}`,
  });
  const nightly = { runId, workflow: stage.temporal.workflow.getHandle(`run/shelf/${runKey}`) };
  await untilRun(stage, nightly, "waiting_for_review");
  await decideRun(stage, nightly, "reject", "only a test");
  expect(await nightly.workflow.result()).toEqual({ outcome: "rejected" });
  await expectNoTaskFailed(tick);
  await expectNoTaskFailed(nightly.workflow);
});

it("looks at the live version when the monitor's schedule says so", async () => {
  await stage.apply();
  await approve(stage, await start(stage, { baselineOnly: true }));
  const look = await tickOf("monitor/shelf");
  await look.result();
  const rows = await stage.database.db.selectFrom("monitor_run").select(["model", "version"]).execute();
  expect(rows).toEqual([{ model: "shelf", version: 1 }]);
  await expectNoTaskFailed(look);
});
