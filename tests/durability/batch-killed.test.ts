/** kill -9 of the worker in each part of a batch: it ends as an undisturbed one, nobody twice, nobody left out. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sql } from "kysely";
import { describe, it } from "vitest";
import { getBatch } from "../../db/batches.ts";
import { startBatch } from "../../operations/batches.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { approve, operationsOf, start } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { spawnWorker, startWorkers } from "../support/workers.ts";

const TIMEOUT_MS = 180_000;
/** Three chunks, so that there is one before, at, and after the kill. */
const PEOPLE = 4_500;

const POINTS = {
  "to a table": {
    to: "picks",
    points: ["in batch input", "in batch", "in batch swap", "after publishBatch"],
  },
  "to a file": {
    to: "picks.csv",
    points: ["before scoreBatch", "in batch file", "in batch swap"],
  },
};

/** A live version, and people to score. */
async function openBatchStage(): Promise<Stage> {
  const stage = await openStage();
  await stage.apply();
  const stopWorkers = await startWorkers(stage);
  await approve(stage, await start(stage, { baselineOnly: true }));
  await stopWorkers();
  const lines = Array.from({ length: PEOPLE }, (_, n) => `p${String(n).padStart(2, "0")}`);
  await writeFile(join(stage.files, "people.csv"), `user_id\n${lines.join("\n")}\n`);
  return stage;
}

// Side by side: after each kill, Temporal waits 10 s for a heartbeat.
describe.concurrent("a worker that is killed", () => {
  it.for(Object.entries(POINTS))(
    "in every part of a batch %s goes on from what is committed",
    { timeout: TIMEOUT_MS },
    async ([, { to, points }], { expect, onTestFinished }) => {
      const stage = await openBatchStage();
      onTestFinished(stage.close);
      const { db } = stage.database;
      const { batchId } = await startBatch(operationsOf(stage), stage.engineer, "shelf", {
        from: "people.csv",
        to,
      });
      for (const point of points) {
        const worker = spawnWorker(stage, [point]);
        await worker.says({ failpoint: point });
        await worker.kill();
      }
      const stopWorkers = await startWorkers(stage);
      const batch = await until("the batch's end", async () => {
        const row = await getBatch(db, batchId);
        return row.finished_at ? row : undefined;
      });
      const workflow = stage.temporal.workflow.getHandle(batch.workflow_id);
      await workflow.result();
      await stopWorkers();
      expect(batch).toMatchObject({
        state: "done",
        rows_staged: PEOPLE,
        rows_scored: PEOPLE,
        rows_set_aside: 0,
      });
      await expectNoTaskFailed(workflow);
      const { rows } = await sql<{ name: string }>`
      select relname as name from pg_class where relnamespace = 'batch_rows'::regnamespace and relkind = 'r' order by 1`.execute(
        db,
      );
      expect(rows).toEqual([{ name: "out_1" }]);
      const { rows: counted } = await sql`
      select count(*) as rows, count(distinct line) as lines
      from batch_rows.out_1`.execute(db);
      expect(counted).toEqual([{ rows: PEOPLE, lines: PEOPLE }]);
      if (batch.file_path === null) return;
      expect(await readdir(dirname(batch.file_path))).toEqual(["picks.csv"]);
      const written = (await readFile(batch.file_path, "utf8")).trimEnd().split("\n");
      expect(written).toHaveLength(1 + PEOPLE * 10);
    },
  );
});
