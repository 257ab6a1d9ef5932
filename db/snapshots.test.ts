import { sql } from "kysely";
import { expect, it } from "vitest";
import { definitionSchema } from "../core/definition.ts";
import { type TestDatabase, testDatabase } from "../tests/support/database.ts";
import { smallDefinition } from "../tests/support/definitions.ts";
import { dataTable } from "./data-tables.ts";
import { addDefinition, setCurrentDefinition } from "./definitions.ts";
import { insertRun } from "./runs.ts";
import { type SnapshotOrigin, settleStaging, swapSnapshot } from "./snapshots.ts";
import { type StagedRow, stageRows, withStaging } from "./staging.ts";

const NEVER = new AbortController().signal;
const OPENED = new Date("2026-02-01T00:00:00Z");
const sales = definitionSchema.parse(smallDefinition()).sources["sales"];
if (!sales) throw new Error("the small definition has no sales");
const source = sales;

async function databaseWithRun(): Promise<TestDatabase> {
  const database = await testDatabase();
  const digest = "d".repeat(64);
  await addDefinition(database.db, { digest, model: "shop", body: {}, folder: "." });
  await setCurrentDefinition(database.db, "shop", digest);
  await insertRun(database.db, {
    id: "shop-1",
    model: "shop",
    run_key: "1",
    definition_digest: digest,
    as_of: OPENED,
    opened_at: OPENED,
    trigger: "person",
    workflow_id: "run/shop/1",
  });
  return database;
}

function originOf(content: number): SnapshotOrigin {
  const digest = String(content).padStart(64, "0");
  return {
    model: "shop",
    source: "sales",
    inputDigest: digest,
    contentDigest: digest,
    runId: "shop-1",
    deliveredAt: OPENED,
    openedAt: OPENED,
  };
}

async function* batchesOf(...rows: string[][]): AsyncGenerator<StagedRow[]> {
  yield rows.map((values, index) => ({ line: index + 2, values }));
}

/** One attempt from staging to swap; `between` runs when all is staged. */
function attempt(database: TestDatabase, rows: string[][], origin: SnapshotOrigin, between = async () => {}) {
  return withStaging(database, NEVER, source, async (client, staging) => {
    await stageRows(client, staging, source, batchesOf(...rows));
    await settleStaging(client, staging, source);
    await between();
    return swapSnapshot(client, staging, source, origin);
  });
}

async function dataTables({ db }: TestDatabase): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = 'data'::regnamespace and relkind = 'r' order by 1`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

it("gives an attempt that comes late the snapshot of the one that was first, and drops its own rows", async () => {
  const database = await databaseWithRun();
  const row = ["ann", "tea", "2026-01-01"];
  let first: unknown;
  const late = await attempt(database, [row, ["zombie", "tea", "2026-01-01"]], originOf(1), async () => {
    first = await attempt(database, [row], originOf(1));
  });
  expect(late).toEqual(first);
  expect(await dataTables(database)).toEqual([late.table_name]);
  const { rows } = await sql`select user_id from ${dataTable(late.table_name)}`.execute(database.db);
  expect(rows).toEqual([{ user_id: "ann" }]);
});

it("drops the staging table with the swap: whoever dies after it, or comes late, leaves none", async () => {
  const database = await databaseWithRun();
  for (const _ of ["first", "late"])
    await withStaging(database, NEVER, source, async (client, staging) => {
      await stageRows(client, staging, source, batchesOf(["ann", "tea", "2026-01-01"]));
      await settleStaging(client, staging, source);
      expect(await dataTables(database)).toContain(staging);
      const { table_name: name } = await swapSnapshot(client, staging, source, originOf(1));
      expect(await dataTables(database)).toEqual([name]);
    });
});

it("removes the staging tables of dead attempts, and none of one that lives", async () => {
  const database = await databaseWithRun();
  await sql`create unlogged table data.staging_dead (a int)`.execute(database.db);
  await withStaging(database, NEVER, source, async (_, living) => {
    await withStaging(database, NEVER, source, async (_client, other) => {
      expect(await dataTables(database)).toEqual([living, other].sort());
    });
    expect(await dataTables(database)).toEqual([living]);
  });
  expect(await dataTables(database)).toEqual([]);
});

it("leaves nothing of an attempt that fails or is cancelled between two batches", async () => {
  const database = await databaseWithRun();
  const controller = new AbortController();
  const cancelled = withStaging(database, controller.signal, source, async (client, staging) => {
    async function* batches() {
      yield* batchesOf(["ann", "tea", "2026-01-01"]);
      controller.abort(new Error("the person stopped it"));
      yield* batchesOf(["bob", "tea", "2026-01-01"]);
    }
    await stageRows(client, staging, source, batches());
    await settleStaging(client, staging, source);
  });
  await expect(cancelled).rejects.toThrow("the person stopped it");
  const failed = attempt(database, [["ann", "tea", "no time"]], originOf(1));
  await expect(failed).rejects.toThrow("invalid input syntax for type timestamp");
  await expect.poll(() => dataTables(database)).toEqual([]);
  expect(database.pool.totalCount).toBe(database.pool.idleCount);
});

it("fails, and hangs not, when its connection dies within the COPY; the next attempt works", async () => {
  const database = await databaseWithRun();
  const row = ["ann", "tea", "2026-01-01"];
  const broken = withStaging(database, NEVER, source, async (client, staging) => {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    async function* batches() {
      yield* batchesOf(row);
      await database.pool.query("select pg_terminate_backend($1, 5000)", [rows[0]?.pid]);
      for (let batch = 0; batch < 100; batch += 1) yield* batchesOf(...Array(1_000).fill(row));
    }
    await stageRows(client, staging, source, batches());
  });
  await expect(broken).rejects.toThrow();
  const { table_name: name } = await attempt(database, [row], originOf(1));
  expect(await dataTables(database)).toEqual([name]);
});

it("refuses a snapshot whose counts don't add up", async () => {
  const database = await databaseWithRun();
  const { id } = await attempt(database, [["ann", "tea", "2026-01-01"]], originOf(1));
  await expect(
    database.db.updateTable("snapshot").set({ rows_read: 2 }).where("id", "=", id).execute(),
  ).rejects.toThrow("snapshot_check");
});

it("shows readers each snapshot whole or not at all, while others are swapped in", async () => {
  const database = await databaseWithRun();
  const SWAPS = 20;
  let done = false;
  const reader = async () => {
    let seen = 0;
    while (!done) {
      const newest = await database.db
        .selectFrom("snapshot")
        .select(["table_name", "rows_kept"])
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      if (!newest) continue;
      const { rows } = await sql<{ rows: number; versions: number }>`
        select count(*) as rows, count(distinct item_id) as versions from ${dataTable(newest.table_name)}`.execute(
        database.db,
      );
      expect(rows).toEqual([{ rows: newest.rows_kept, versions: 1 }]);
      seen += 1;
    }
    return seen;
  };
  const readers = [reader(), reader(), reader()];
  for (let version = 1; version <= SWAPS; version += 1) {
    const rows = Array.from({ length: version * 50 }, (_, person) => [
      String(person),
      `v${version}`,
      "2026-01-01",
    ]);
    await attempt(database, rows, originOf(version));
  }
  done = true;
  for (const seen of await Promise.all(readers)) expect(seen).toBeGreaterThan(0);
  expect(await dataTables(database)).toHaveLength(SWAPS);
});
