import { AsyncLocalStorage } from "node:async_hooks";
import { expect, it } from "vitest";
import { startStep } from "../db/steps.ts";
import { dataRoad, quietEnvironment } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";
import { recordStep } from "./record-step.ts";

const STEP = "ingest:sales";
/** Where no activity is known, as in a callback of the database's socket. */
const outside = AsyncLocalStorage.snapshot();

it("takes progress from wherever it is said, heartbeats with it, and tells Temporal none of its words", async () => {
  const road = await dataRoad();
  const run = await road.open(smallDefinition());
  const environment = quietEnvironment();
  const beats: unknown[] = [];
  environment.on("heartbeat", (details) => beats.push(details));
  const step = () =>
    recordStep(road.context, { runId: run.id, step: STEP }, async () => ({
      inputs: "some",
      stillThere: async () => true,
      async work({ progress }) {
        outside(() => progress("ann's row read"));
        await expect.poll(async () => (await run.row(STEP)).progress).toBe("ann's row read");
        return { summary: "done", detail: {} };
      },
    }));
  expect(await environment.run(step)).toEqual({ reused: false });
  expect(beats).toEqual([undefined]);
  expect(await run.row(STEP)).toMatchObject({ state: "done", progress: null, summary: "done" });
});

it("keeps nothing of an attempt that was given up, so that the later one is not told to have reused it", async () => {
  const road = await dataRoad();
  const run = await road.open(smallDefinition());
  const { db } = road.context.database;
  const ref = { runId: run.id, step: STEP };
  const givenUp = () =>
    recordStep(road.context, ref, async () => ({
      inputs: "some",
      stillThere: async () => true,
      async work() {
        await startStep(db, ref, 2);
        return { summary: "too late", detail: {} };
      },
    }));
  await expect(quietEnvironment().run(givenUp)).rejects.toThrow("attempt 1 was given up before it ended");
  expect(await run.row(STEP)).toMatchObject({ state: "running", attempt: 2, error_code: null });
  expect(await db.selectFrom("step_result").selectAll().execute()).toEqual([]);
});
