import { gzipSync } from "node:zlib";
import { sql } from "kysely";
import { expect, it } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import type { IngestDetail } from "../core/step-details.ts";
import { dataTable } from "../db/data-tables.ts";
import { listSetAsideRows } from "../db/snapshots.ts";
import { type DataRoad, dataRoad, quietEnvironment, type RoadRun } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";

const SALES = "user_id,item_id,sold_at\nann,tea,2026-01-01\nbob,tea,2026-01-02\nann,jam,2026-01-03\n";
const STEP = "ingest:sales";

/** The small definition, with its source changed as said. */
function salesWith(change: Partial<DefinitionInput["sources"][string]> = {}): DefinitionInput {
  const small = smallDefinition();
  const { sales } = small.sources;
  if (!sales) throw new Error("the small definition has no sales");
  return { ...small, sources: { sales: { ...sales, ...change } } };
}

async function rowsOf({ database }: DataRoad, run: RoadRun): Promise<Record<string, unknown>[]> {
  const { tableName } = await run.detail<IngestDetail>(STEP);
  const { rows } = await sql<
    Record<string, unknown>
  >`select * from ${dataTable(tableName)} order by 1, 2`.execute(database.db);
  return rows;
}

async function tablesIn({ database }: DataRoad, prefix: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'data'::regnamespace and relkind = 'r' and starts_with(relname, ${prefix})`.execute(
    database.db,
  );
  return rows.map(({ name }) => name);
}

function day(date: string): Date {
  return new Date(`${date}T00:00:00Z`);
}

it("loads typed rows with the known time that the source declares", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const run = await road.open(salesWith());
  expect(await run.step(STEP)).toEqual({ reused: false });
  expect(await rowsOf(road, run)).toEqual([
    { user_id: "ann", item_id: "jam", sold_at: day("2026-01-03"), holt_known_time: day("2026-01-03") },
    { user_id: "ann", item_id: "tea", sold_at: day("2026-01-01"), holt_known_time: day("2026-01-01") },
    { user_id: "bob", item_id: "tea", sold_at: day("2026-01-02"), holt_known_time: day("2026-01-02") },
  ]);
  expect(await run.detail(STEP)).toMatchObject({
    rowsRead: 3,
    rowsKept: 3,
    rowsSetAside: 0,
    newestEventTime: "2026-01-03T00:00:00.000Z",
    newestKnownTime: "2026-01-03T00:00:00.000Z",
  });
  expect(await run.row(STEP)).toMatchObject({ state: "done", summary: "3 rows kept, 0 set aside", rows: 3 });
});

it("sets bad and doubled rows aside with line, reason and text, and counts every row of the file", async () => {
  const road = await dataRoad({
    "sales.csv": `${SALES}bob,jam\n\nbob,"jam"x,2026-01-04\nann,tea,2026-01-01\n,tea,2026-01-04\ncy,"a\tb\\\nc",soon\n`,
  });
  const run = await road.open(salesWith({ maxBadRowShare: 0.7 }));
  await run.step(STEP);
  const detail = await run.detail<IngestDetail>(STEP);
  expect(detail).toMatchObject({ rowsRead: 8, rowsKept: 3, rowsSetAside: 5 });
  const aside = await listSetAsideRows(road.database.db, detail.snapshotId, 10);
  expect(aside.map(({ line, reason, raw }) => [line, reason, raw])).toEqual([
    [5, "has 2 fields, the header has 3", "bob,jam"],
    [7, "goes on behind a closing quote", 'bob,"jam"x,2026-01-04'],
    [
      8,
      "has the same key (user_id, item_id, sold_at) as line 2",
      "user_id=ann, item_id=tea, sold_at=2026-01-01 00:00:00+00",
    ],
    [9, 'column "user_id" is empty', ",tea,2026-01-04"],
    [
      10,
      'column "sold_at" is not a time such as "2026-01-31" or "2026-01-31T18:30:00Z"',
      'cy,"a\tb\\\nc",soon',
    ],
  ]);
});

it("refuses a file with too many bad rows, says which, and changes nothing", async () => {
  const road = await dataRoad({ "sales.csv": `${SALES}secret-person,tea,soon\nbob,jam\n` });
  const run = await road.open(salesWith({ maxBadRowShare: 0.39 }));
  await expect(run.step(STEP)).rejects.toThrow(
    'sales.csv: 2 of 5 rows would be set aside, maxBadRowShare allows 39 %: line 5 column "sold_at" is not a time such as "2026-01-31" or "2026-01-31T18:30:00Z"; line 6 has 2 fields, the header has 3; mend the file, or raise sources.sales.maxBadRowShare; nothing was changed',
  );
  const row = await run.row(STEP);
  expect(row).toMatchObject({ state: "running", error_code: "InvalidInput", detail: null });
  expect(row.error_message).not.toContain("secret-person"); // it travels through Temporal
  expect(row.log_tail?.split("\n")[0]).toContain("sales.csv: sources.sales.file:5:");
  expect(row.log_tail).toContain("secret-person,tea,soon");
  expect(await tablesIn(road, "")).toEqual([]);
});

it("allows exactly the share of bad rows that the source names", async () => {
  const road = await dataRoad({ "sales.csv": `${SALES}bob,jam\n` });
  const run = await road.open(salesWith({ maxBadRowShare: 0.25 }));
  await run.step(STEP);
  expect(await run.detail(STEP)).toMatchObject({ rowsRead: 4, rowsKept: 3, rowsSetAside: 1 });
});

it.each([
  ["gzip", gzipSync(SALES)],
  [
    "a byte order mark and mixed line ends",
    `\uFEFF${SALES.replace("tea,2026-01-01\n", "tea,2026-01-01\r\n")}`,
  ],
  ["gzip in two members", Buffer.concat([gzipSync(SALES.slice(0, 30)), gzipSync(SALES.slice(30))])],
  ["no line end at its end", SALES.trimEnd()],
])("reads the same rows from a file with %s", async (_, content) => {
  const road = await dataRoad({ "sales.csv": SALES });
  const plain = await road.open(salesWith());
  await plain.step(STEP);
  await road.write("sales.csv", content);
  const run = await road.open(salesWith());
  expect(await run.step(STEP)).toEqual({ reused: false });
  expect(await rowsOf(road, run)).toEqual(await rowsOf(road, plain));
});

it("keeps a file without rows as a snapshot without rows", async () => {
  const road = await dataRoad({ "sales.csv": "user_id,item_id,sold_at" });
  const run = await road.open(salesWith());
  await run.step(STEP);
  expect(await run.detail(STEP)).toMatchObject({
    rowsRead: 0,
    rowsKept: 0,
    newestEventTime: null,
    newestKnownTime: null,
  });
});

it.each<[string, Record<string, string | Uint8Array>, string]>([
  [
    "missing",
    {},
    "sales.csv: sources.sales.file: there is no file that can be read (ENOENT); deliver it, or mend the path",
  ],
  ["a folder", { "sales.csv/inside": "" }, "sales.csv: sources.sales.file: is not a file; name one CSV file"],
  ["empty", { "sales.csv": "" }, "is empty; its first line must name the columns"],
  ["UTF-16", { "sales.csv": Buffer.from(`\uFEFF${SALES}`, "utf16le") }, "is UTF-16; save it as UTF-8"],
  [
    "half a gzip file",
    { "sales.csv": gzipSync(SALES).subarray(0, 50) },
    "is not a whole gzip file (unexpected end of file); deliver it again",
  ],
  [
    "without a column",
    { "sales.csv": "user_id,item_id\nann,tea\n" },
    'column "sold_at" is not in the file\'s header',
  ],
  [
    "with a broken header",
    { "sales.csv": '"user_id\nann' },
    "line 1, its header, has a quote that is not closed; mend the file",
  ],
])("refuses a file that is %s, and leaves nothing behind", async (_, files, message) => {
  const road = await dataRoad(files);
  const run = await road.open(salesWith());
  await expect(run.step(STEP)).rejects.toThrow(message);
  expect(await run.row(STEP)).toMatchObject({ error_code: "InvalidInput" });
  expect(await tablesIn(road, "")).toEqual([]);
});

it("gives a row without a declared known time the time of the run that saw it first", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const { knownTime: _, ...undeclared } = salesWith().sources["sales"] as DefinitionInput["sources"][string];
  const definition: DefinitionInput = {
    ...salesWith(),
    sources: { sales: { ...undeclared, key: ["user_id", "item_id"] } },
  };
  const first = await road.open(definition, { openedAt: "2026-02-01T08:00:00.123Z" });
  await first.step(STEP);
  await road.write("sales.csv", SALES.replace("2026-01-02", "2026-01-09").concat("cy,tea,2026-01-10\n"));
  const second = await road.open(definition, { openedAt: "2026-02-02T08:00:00Z" });
  await second.step(STEP);
  const known = (rows: Record<string, unknown>[]) =>
    rows.map((row) => [row["user_id"], row["item_id"], (row["holt_known_time"] as Date).toISOString()]);
  expect(known(await rowsOf(road, second))).toEqual([
    ["ann", "jam", "2026-02-01T08:00:00.123Z"],
    ["ann", "tea", "2026-02-01T08:00:00.123Z"],
    ["bob", "tea", "2026-02-02T08:00:00.000Z"], // changed
    ["cy", "tea", "2026-02-02T08:00:00.000Z"], // new
  ]);
  expect(known(await rowsOf(road, first)).map(([, , time]) => time)).toEqual(
    Array(3).fill("2026-02-01T08:00:00.123Z"),
  );

  await road.write("sales.csv", SALES);
  const third = await road.open(definition, { openedAt: "2026-02-03T08:00:00Z" });
  expect(await third.step(STEP)).toEqual({ reused: true });
  expect(await third.detail(STEP)).toEqual(await first.detail(STEP));
});

it("reuses the snapshot when only the freshness promise changed, and not when a column did", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const first = await road.open(salesWith());
  await first.step(STEP);
  const promised = await road.open(salesWith({ freshness: { measure: "delivery", maxAge: "1 h" } }));
  expect(await promised.step(STEP)).toEqual({ reused: true });
  const renamed = await road.open(salesWith({ maxBadRowShare: 0.5 }));
  expect(await renamed.step(STEP)).toEqual({ reused: false });
});

it("loads again for a fresh run, beside the earlier snapshot, and again when a table is gone", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const first = await road.open(salesWith());
  await first.step(STEP);
  const fresh = await road.open(salesWith(), { fresh: true });
  expect(await fresh.step(STEP)).toEqual({ reused: false });
  const [before, after] = [await first.detail<IngestDetail>(STEP), await fresh.detail<IngestDetail>(STEP)];
  expect(after.contentDigest).toBe(before.contentDigest);
  expect(after.tableName).not.toBe(before.tableName);
  expect(await rowsOf(road, fresh)).toEqual(await rowsOf(road, first));

  for (const { tableName } of [before, after])
    await sql`drop table ${dataTable(tableName)}`.execute(road.database.db);
  const later = await road.open(salesWith());
  expect(await later.step(STEP)).toEqual({ reused: false });
  expect(await rowsOf(road, later)).toHaveLength(3);
});

it("changes nothing in an attempt after one that died between its swap and its end", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const run = await road.open(salesWith());
  await run.step(STEP);
  const [detail, tables] = [await run.detail(STEP), await tablesIn(road, "")];
  await road.database.db.deleteFrom("step_result").execute();
  await road.database.db
    .updateTable("step")
    .set({ state: "running", detail: null })
    .where("name", "=", STEP)
    .execute();
  expect(await run.step(STEP)).toEqual({ reused: false });
  expect(await run.detail(STEP)).toEqual(detail);
  expect(await tablesIn(road, "")).toEqual(tables);
});

it("gives one snapshot to attempts at the same time", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const runs = [await road.open(salesWith()), await road.open(salesWith()), await road.open(salesWith())];
  await Promise.all(runs.map((run) => run.step(STEP)));
  const [first, ...others] = await Promise.all(runs.map((run) => run.detail(STEP)));
  for (const other of others) expect(other).toEqual(first);
  expect(await tablesIn(road, "")).toHaveLength(1);
});

it("ends when it is cancelled, with its session and its staging table", async () => {
  const lines = Array.from({ length: 200_000 }, (_, index) => `person ${index},tea,2026-01-01`);
  const road = await dataRoad({ "sales.csv": `user_id,item_id,sold_at\n${lines.join("\n")}` });
  const run = await road.open(salesWith());
  const environment = quietEnvironment();
  environment.once("heartbeat", () => environment.cancel());
  await expect(run.step(STEP, environment)).rejects.toThrow("CANCELLED");
  await expect.poll(() => tablesIn(road, "")).toEqual([]);
  expect(await run.step(STEP)).toEqual({ reused: false });
  expect(await run.detail(STEP)).toMatchObject({ rowsKept: 200_000 });
});
