import { afterAll, beforeAll, expect, it } from "vitest";
import { type HoltStage, openHoltStage } from "../tests/support/holt-stage.ts";
import { start, untilRun } from "../tests/support/runs.ts";
import { EXIT } from "./exit-codes.ts";

let stage: HoltStage;
beforeAll(async () => {
  stage = await openHoltStage();
  await stage.apply();
});
afterAll(() => stage.close());

it("ends a run that waits for a review, with the reason, once; afterwards nothing is left to decide", async () => {
  const run = await start(stage, { baselineOnly: true });
  await untilRun(stage, run, "waiting_for_review");
  expect(await stage.json("abort", run.runId, "--reason", "wrong file")).toEqual({
    runId: run.runId,
    step: null,
    answer: "abort",
    reason: "aborted by erin: wrong file",
  });
  await expect(run.workflow.result()).rejects.toThrow();
  expect(await stage.json("run", "show", run.runId)).toMatchObject({
    state: "aborted",
    outcomeReason: "aborted by erin: wrong file",
  });
  const again = await stage.asEngineer("abort", run.runId);
  expect(again).toMatchObject({ code: EXIT.failed, stderr: expect.stringContaining("has ended (aborted)") });
  const late = await stage.asReviewer("review", "approve", run.runId);
  expect(late.code).not.toBe(EXIT.done);
});

it("still asks retry and skip for a step that needs attention", async () => {
  const run = await start(stage, { baselineOnly: true });
  await untilRun(stage, run, "waiting_for_review");
  for (const answer of ["retry", "skip"])
    expect(await stage.asEngineer(answer, run.runId)).toMatchObject({
      stderr: expect.stringContaining("no step needs attention"),
    });
});
