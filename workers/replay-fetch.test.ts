import { afterAll, beforeAll, expect, it } from "vitest";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { fetchHistory } from "./replay-fetch.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** A workflow that no worker takes; returns the id of its execution. */
async function start(workflowId: string): Promise<string> {
  const { firstExecutionRunId } = await stage.temporal.workflow.start("monitor", {
    workflowId,
    taskQueue: "nobody",
    args: [{ model: "movies" }],
  });
  await expect
    .poll(() => stage.temporal.workflow.count(`WorkflowId = "${workflowId}"`))
    .toEqual({
      count: 1,
      groups: [],
    });
  return firstExecutionRunId;
}

async function find(id: string) {
  const { workflowId, history } = await fetchHistory(stage.temporal, id);
  return [workflowId, history.events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId];
}

it("takes the workflow that was named, and for a schedule the newest that it started", async () => {
  const first = await start("monitor/movies-2026-11-24T03:00:00Z");
  const newest = await start("monitor/movies-2026-11-24T04:00:00Z");
  await start("monitor/movies-2-2026-11-24T05:00:00Z"); // of the model "movies-2"
  await start("monitor/movies-by-hand");
  expect(await find("monitor/movies")).toEqual(["monitor/movies-2026-11-24T04:00:00Z", newest]);
  expect(await find("monitor/movies-2026-11-24T03:00:00Z")).toEqual([
    "monitor/movies-2026-11-24T03:00:00Z",
    first,
  ]);
});

it("says what there is when Temporal has no such workflow, and how to go on", async () => {
  await start("run/movies/1");
  await expect(fetchHistory(stage.temporal, "run/movies")).rejects.toMatchObject({
    name: "NotFound",
    message:
      'workflow "run/movies": Temporal has no history of it, or no longer; there are "run/movies/1"; name one of them, or a file that one was saved to: holt replay <file>',
  });
  await expect(fetchHistory(stage.temporal, 'run/"%\\')).rejects.toMatchObject({
    name: "NotFound",
    message:
      'workflow "run/"%\\": Temporal has no history of it, or no longer; name another, or a file that one was saved to: holt replay <file>',
  });
});
