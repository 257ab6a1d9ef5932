/** Batches as workflows: after a flip, by a person, by a schedule; what fails waits, what is cancelled leaves nothing. */
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { NewBatch } from "../../core/batch-api.ts";
import { type BatchRow, getBatch } from "../../db/batches.ts";
import { listBatches } from "../../db/views/batches.ts";
import { answerBatch, startBatch } from "../../operations/batches.ts";
import { rollback } from "../../operations/rollback.ts";
import { deliverWakeUps } from "../../operations/wake-ups.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { approve, operationsOf, start } from "../support/runs.ts";
import { smallModel } from "../support/small-model.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { startWorkers } from "../support/workers.ts";

const DEPLOYMENT = { kind: "batch", from: "people", to: "picks", k: 10 } as const;
const PEOPLE = { people: { sql: "select distinct user_id from {{ ratings }}" } };
const features = { ...smallModel().features, ...PEOPLE };

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

const open = async (wanted: NewBatch) =>
  (await startBatch(operationsOf(stage), stage.engineer, "shelf", wanted)).batchId;

async function untilBatch(id: string, state: BatchRow["state"]): Promise<BatchRow> {
  return until(`batch "${id}" ${state}`, async () => {
    const batch = await getBatch(stage.database.db, id);
    if (batch.state === state) return batch;
    if (batch.finished_at || batch.state === "needs_attention")
      throw new Error(`batch "${id}": ${batch.state}: ${batch.error_message}`);
    return undefined;
  });
}

/** The relay is the server's. */
const relay = () => deliverWakeUps(operationsOf(stage));

async function shown(): Promise<{ version: number; rows: number }[]> {
  const { rows } = await sql<{ version: number; rows: number }>`
    select version, count(*) as rows from batches.picks group by 1`.execute(stage.database.db);
  return rows;
}

it("scores the table after each flip, forth and back; going back shows at once what that version wrote", async () => {
  await stage.apply({ features, deployment: DEPLOYMENT });
  await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
  await relay();
  const first = await untilBatch("shelf-b1", "done");
  expect(first).toMatchObject({ trigger: "deployment", version: 1 });
  const [before] = await shown();
  expect(before).toMatchObject({ version: 1 });
  await approve(stage, await start(stage, { runKey: "second" }));
  await relay();
  await untilBatch("shelf-b2", "done");
  expect(await shown()).toEqual([{ version: 2, rows: expect.any(Number) }]);
  const back = { expectedVersion: 2, reason: "worse" };
  await rollback(operationsOf(stage), stage.engineer, "shelf", back);
  await relay();
  const third = await untilBatch("shelf-b3", "done");
  expect(third).toMatchObject({ version: 1, rows_scored: first.rows_scored });
  expect(await shown()).toEqual([before]);
  const workflow = stage.temporal.workflow.getHandle(third.workflow_id);
  expect(await workflow.result()).toEqual({ state: "done" });
  await expectNoTaskFailed(workflow);
});

it("waits for a person when its file is missing, and goes on when told; once cancelled, nothing of it is left", async () => {
  await stage.apply();
  await approve(stage, await start(stage, { baselineOnly: true }));
  const file = join(stage.files, "people.csv");
  const asked = { from: "people.csv", to: "picks", key: "one" };
  const id = await open(asked);
  const failed = await untilBatch(id, "needs_attention");
  expect(failed.error_message).toContain("people.csv: from: there is no file that can be read");
  await writeFile(file, "user_id\np01\np02\nstranger\n");
  await answerBatch(operationsOf(stage), stage.engineer, id, { answer: "retry", reason: "delivered" });
  expect(await untilBatch(id, "done")).toMatchObject({ rows_scored: 3 });
  expect(await open(asked)).toBe(id);
  await expect(open({ ...asked, k: 7 })).rejects.toThrow('key "one": was used for batch "shelf-b1"');
  await rename(file, `${file}.gone`);
  const second = await open({ from: "people.csv", to: "picks" });
  await untilBatch(second, "needs_attention");
  await expect(open({ from: "people.csv", to: "picks" })).rejects.toThrow(
    `being written by batch "${second}"`,
  );
  await answerBatch(operationsOf(stage), stage.engineer, second, { answer: "cancel", reason: "no need" });
  const { workflow_id, seq } = await untilBatch(second, "cancelled");
  await expect(stage.temporal.workflow.getHandle(workflow_id).result()).rejects.toThrow();
  const { rows } = await sql`
    select relname from pg_class where relnamespace = 'batch_rows'::regnamespace and relname like ${`%_${seq}`}`.execute(
    stage.database.db,
  );
  expect(rows).toEqual([]);
  expect(await shown()).toEqual([{ version: 1, rows: expect.any(Number) }]);
});

it("scores at each tick of its schedule, one batch a tick", async () => {
  await stage.apply({ features, deployment: { ...DEPLOYMENT, schedule: { cron: "0 5 1 1 *" } } });
  const handle = stage.temporal.schedule.getHandle("batch/shelf");
  const tick = async (count: number) => {
    await handle.trigger();
    const actions = await until(`tick ${count}`, async () => {
      const { recentActions } = (await handle.describe()).info;
      return recentActions.length >= count && recentActions;
    });
    const { action } = actions.at(-1) as (typeof actions)[number];
    if (action.type !== "startWorkflow") throw new Error("the schedule starts no workflow");
    return stage.temporal.workflow.getHandle(action.workflow.workflowId);
  };
  expect(await (await tick(1)).result()).toEqual({ state: null }); // nothing is live
  await approve(stage, await start(stage, { baselineOnly: true }));
  await relay();
  await untilBatch("shelf-b1", "done");
  expect(await (await tick(2)).result()).toEqual({ state: "done" });
  const all = await listBatches(stage.database.db, { model: "shelf" });
  expect(all.map(({ id, trigger, by, state }) => `${id} ${trigger} ${by} ${state}`)).toEqual([
    "shelf-b2 schedule null done",
    "shelf-b1 deployment rita done",
  ]);
});
