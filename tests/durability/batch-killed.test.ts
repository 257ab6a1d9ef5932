/** kill -9 of the worker in each part of a batch: it ends as an undisturbed one, nobody twice, nobody left out. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
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
    table: "out_1",
    points: ["in batch input", "in batch", "in batch swap", "after publishBatch"],
  },
  "to a file": {
    to: "picks.csv",
    table: "out_2",
    points: ["before scoreBatch", "in batch file", "in batch swap"],
  },
};
/** One batch after the other leaves its own. */
const TABLES = Object.values(POINTS).map(({ table }) => table);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.apply();
  const stopWorkers = await startWorkers(stage);
  await approve(stage, await start(stage, { baselineOnly: true }));
  await stopWorkers();
  const lines = Array.from({ length: PEOPLE }, (_, n) => `p${String(n).padStart(2, "0")}`);
  await writeFile(join(stage.files, "people.csv"), `user_id\n${lines.join("\n")}\n`);
});
afterAll(() => stage.close());

it.each(Object.entries(POINTS))(
  "killed in every part of a batch %s, it goes on from what is committed",
  async (_, { to, points, table }) => {
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
    expect(rows).toEqual(TABLES.slice(0, TABLES.indexOf(table) + 1).map((name) => ({ name })));
    const { rows: counted } = await sql`
      select count(*) as rows, count(distinct line) as lines
      from ${sql.table(`batch_rows.${table}`)}`.execute(db);
    expect(counted).toEqual([{ rows: PEOPLE, lines: PEOPLE }]);
    if (batch.file_path === null) return;
    expect(await readdir(dirname(batch.file_path))).toEqual(["picks.csv"]);
    const written = (await readFile(batch.file_path, "utf8")).trimEnd().split("\n");
    expect(written).toHaveLength(1 + PEOPLE * 10);
  },
  TIMEOUT_MS,
);
