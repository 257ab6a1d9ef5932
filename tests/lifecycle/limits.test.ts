/** The movies example, whole: a run's history stays small, and the same run works without a cache. */
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { definitionSchema } from "../../core/definition.ts";
import movies from "../../examples/movies/holt.config.ts";
import { applyDefinition } from "../../operations/apply-definition.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { approve, operationsOf, start } from "../support/runs.ts";
import { openStage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

const MOST_EVENTS = 300;
const MOST_BYTES = 200_000;

async function setUp(options: { maxCachedWorkflows?: number } = {}) {
  const stage = await openStage();
  const stopWorkers = await startWorkers(stage, options);
  onTestFinished(async () => {
    await stopWorkers();
    await stage.close();
  });
  return stage;
}

it("keeps the history of a run of the movies example under 300 events and 200 kB, with a champion too", async () => {
  const stage = await setUp();
  const folder = fileURLToPath(new URL("../../examples/movies", import.meta.url));
  await applyDefinition(operationsOf(stage), stage.engineer, definitionSchema.parse(movies), folder);
  const first = await start(stage, { model: "movies", baselineOnly: true, runKey: "first" });
  expect(await approve(stage, first)).toMatchObject({ outcome: "deployed" });
  const second = await start(stage, { model: "movies", runKey: "second" });
  expect(await approve(stage, second)).toMatchObject({ outcome: "deployed" });
  const { historyLength, historySize } = await second.workflow.describe();
  expect(historyLength).toBeLessThan(MOST_EVENTS);
  expect(historySize).toBeGreaterThan(0);
  expect(historySize).toBeLessThan(MOST_BYTES);
  await expectNoTaskFailed(second.workflow);
});

it("ends the same when every workflow task replays the whole history", async () => {
  const stage = await setUp({ maxCachedWorkflows: 0 });
  await stage.apply();
  const run = await start(stage, { runKey: "run" });
  expect(await approve(stage, run)).toMatchObject({ outcome: "deployed" });
  await expectNoTaskFailed(run.workflow);
});
