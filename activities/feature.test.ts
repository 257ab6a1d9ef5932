import { sql } from "kysely";
import { expect, it } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import type { FeatureDetail } from "../core/step-details.ts";
import { dataTable } from "../db/data-tables.ts";
import { findHistory, findServingTables, findTitles } from "../db/interactions.ts";
import { type DataRoad, dataRoad, quietEnvironment, type RoadRun } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";

const SALES =
  "user_id,item_id,sold_at\nann,tea,2026-01-01\nbob,tea,2026-01-02\nann,jam,2026-01-03\nann,fig,2026-01-03\nann,tea,2026-01-04\n";

function withFeatures(features: Record<string, string>): DefinitionInput {
  const small = smallDefinition();
  const written = Object.entries(features).map(([name, text]) => [name, { sql: text }] as const);
  return { ...small, features: { ...small.features, ...Object.fromEntries(written) } };
}

async function rowsOf(road: DataRoad, run: RoadRun, feature: string): Promise<Record<string, unknown>[]> {
  const { tableName } = await run.detail<FeatureDetail>(`feature:${feature}`);
  const { rows } = await sql<
    Record<string, unknown>
  >`select * from ${dataTable(tableName)} order by 1, 2`.execute(road.database.db);
  return rows;
}

it("builds a table of what its SQL gives, and another one on top of it", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const definition = withFeatures({
    per_person: "select user_id, count(*) as items from {{ sales }} group by user_id -- a comment at the end",
    busy: "with many as (select * from {{ per_person }} where items > 1) select many.user_id, per_person.items from many join {{ per_person }} using (user_id)",
    items: "select distinct item_id, item_id as title from {{ sales }} join {{ busy }} using (user_id)",
  });
  const run = await road.open(definition);
  await run.steps("ingest:sales", "feature:per_person", "feature:busy");
  expect(await rowsOf(road, run, "per_person")).toEqual([
    { user_id: "ann", items: 4 },
    { user_id: "bob", items: 1 },
  ]);
  expect(await rowsOf(road, run, "busy")).toEqual([{ user_id: "ann", items: 4 }]);
  expect(await run.row("feature:per_person")).toMatchObject({ state: "done", summary: "2 rows", rows: 2 });
});

it("sees no row that became known after the run's date, and is not reused for another date then", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const definition = withFeatures({
    later: "select distinct item_id, {{ as_of }} as as_of from {{ sales }}",
    items: "select item_id, as_of::text as title from {{ later }}",
  });
  const asOf = (date: string) =>
    road.open(definition, { openedAt: "2026-02-01T00:00:00Z", asOf: `${date}T00:00:00Z` });
  const third = await asOf("2026-01-03");
  await third.steps("ingest:sales", "feature:interactions", "feature:later", "feature:items");
  expect(
    (await rowsOf(road, third, "interactions")).map((row) => `${row["user_id"]} ${row["item_id"]}`),
  ).toEqual(["ann fig", "ann jam", "ann tea", "bob tea"]);
  const first = await asOf("2026-01-01");
  await first.steps("ingest:sales", "feature:interactions", "feature:later", "feature:items");
  expect(await rowsOf(road, first, "interactions")).toHaveLength(1);
  expect(await rowsOf(road, first, "items")).toEqual([{ item_id: "tea", title: expect.anything() }]);
  expect(await rowsOf(road, first, "later")).toEqual([
    { item_id: "tea", as_of: new Date("2026-01-01T00:00:00Z") },
  ]);
  expect((await first.row("feature:interactions")).state).toBe("done");
});

it("is reused on any date on which all rows are known, unless the SQL asks for the date", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const definition = withFeatures({
    aged: "select item_id, {{ as_of }} - max(sold_at) as age from {{ sales }} group by item_id",
    items: "select item_id, age::text as title from {{ aged }}",
  });
  const steps = ["ingest:sales", "feature:interactions", "feature:aged", "feature:items"];
  const first = await road.open(definition, { openedAt: "2026-02-01T00:00:00Z" });
  await first.steps(...steps);
  const second = await road.open(definition, { openedAt: "2026-02-02T00:00:00Z" });
  await second.steps(...steps);
  const states = await Promise.all(steps.map(async (step) => (await second.row(step)).state));
  expect(states).toEqual(["reused", "reused", "done", "done"]);
});

it("cannot name a table that it doesn't say it reads", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const run = await road.open(
    withFeatures({ items: "select name as item_id, name as title from person, {{ sales }}" }),
  );
  await run.step("ingest:sales");
  await expect(run.step("feature:items")).rejects.toThrow(
    'features.items.sql: relation "person" does not exist',
  );
});

it.each([
  ["select item_id, titel from {{ sales }}", 'column "titel" does not exist at "titel from {{ sales }}"'],
  ["select item_id from {{ sales }} wher x", "syntax error at or near"],
  [
    "select item_id, item_id as title from {{ sales }}; drop table audit",
    'syntax error at or near ";" at "; drop table audit"',
  ],
  ["select 1) as x; drop table audit; --", "syntax error at or near"],
  [
    "select 1) as x; drop table audit; select 1 from (select 1",
    "cannot insert multiple commands into a prepared statement",
  ],
  [
    "with gone as (delete from public.audit returning *) select '1' as item_id, '1' as title",
    "WITH clause containing a data-modifying statement must be at the top level",
  ],
  ["select 1 as a, 2 as a from {{ sales }}", 'column "a" specified more than once'],
  ["select item_id, 1 / 0 as title from {{ sales }}", "division by zero"],
  [
    "select item_id::integer as item_id, item_id as title from {{ sales }}",
    'invalid input syntax for type integer: "…"',
  ],
  [
    "select item_id from {{ sales }}",
    'column "title" is missing, which the items table needs; add it to the select',
  ],
  [
    "select distinct item_id, 1 as title from {{ sales }}",
    'column "title" is of type integer, not text; write title::text',
  ],
  [
    "select item_id, item_id as title from {{ sales }}",
    "an item_id is there more than once, but each item is one row",
  ],
  [
    "select distinct nullif(item_id, 'jam') as item_id, item_id as title from {{ sales }}",
    'column "item_id" is null in 1 of 3 rows',
  ],
])("refuses %j", async (text, message) => {
  const road = await dataRoad({ "sales.csv": SALES });
  const run = await road.open(withFeatures({ items: text }));
  await run.step("ingest:sales");
  const refused = expect(run.step("feature:items")).rejects;
  await refused.toThrow(message);
  const row = await run.row("feature:items");
  expect(row).toMatchObject({ error_code: "InvalidInput", detail: null });
  expect(row.error_message).toMatch(/^features\.items\.sql: /);
  const { rows } =
    await sql`select 1 from pg_class where relname like 'feature%' and relnamespace = 'data'::regnamespace`.execute(
      road.database.db,
    );
  expect(rows).toEqual([]);
  await sql`select 1 from audit`.execute(road.database.db);
});

it("refuses interactions without a time", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const run = await road.open(
    withFeatures({ interactions: "select user_id, item_id, 'now' as event_time from {{ sales }}" }),
  );
  await run.step("ingest:sales");
  await expect(run.step("feature:interactions")).rejects.toThrow(
    'column "event_time" is of type text, not timestamp with time zone; write event_time::timestamp with time zone',
  );
});

it("stops PostgreSQL when it is cancelled", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const run = await road.open(
    withFeatures({ items: "select 'x' as item_id, 'y' as title, pg_sleep(600)::text from {{ sales }}" }),
  );
  await run.step("ingest:sales");
  const environment = quietEnvironment();
  const step = run.step("feature:items", environment);
  const sleeping = async () => {
    const { rows } =
      await sql`select 1 from pg_stat_activity where query like 'create table%pg_sleep%' and pid <> pg_backend_pid()
      and datname = current_database()`.execute(road.database.db);
    return rows.length;
  };
  await expect.poll(sleeping).toBe(1);
  environment.cancel();
  await expect(step).rejects.toThrow("CANCELLED");
  await expect.poll(sleeping).toBe(0);
});

it("shows serving the newest run's tables, also when they were reused, and not those of an earlier date", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const steps = ["ingest:sales", "feature:interactions", "feature:items"];
  const { db } = road.database;
  const first = await road.open(smallDefinition(), { openedAt: "2026-02-01T00:00:00Z" });
  await first.steps(...steps);
  const tables = async (run: RoadRun) => ({
    interactions: (await run.detail<FeatureDetail>("feature:interactions")).tableName,
    items: (await run.detail<FeatureDetail>("feature:items")).tableName,
  });
  expect(await findServingTables(db, "shop")).toEqual(await tables(first));

  await road.write("sales.csv", `${SALES}cy,tea,2026-01-05\n`);
  const second = await road.open(smallDefinition(), { openedAt: "2026-02-02T00:00:00Z" });
  await second.steps(...steps);
  expect(await findServingTables(db, "shop")).toEqual(await tables(second));
  expect(await findHistory(db, (await tables(second)).interactions, "cy")).toEqual(["tea"]);

  const past = await road.open(smallDefinition(), {
    openedAt: "2026-02-03T00:00:00Z",
    asOf: "2026-01-02T00:00:00Z",
  });
  await past.steps(...steps);
  expect(await findServingTables(db, "shop")).toEqual(await tables(second));

  await road.write("sales.csv", SALES);
  const third = await road.open(smallDefinition(), { openedAt: "2026-02-04T00:00:00Z" });
  await third.steps(...steps);
  expect((await third.row("feature:items")).state).toBe("reused");
  expect(await findServingTables(db, "shop")).toEqual(await tables(first));

  await db.updateTable("step").set({ state: "running" }).where("run_id", "=", second.id).execute();
  await second.steps(...steps); // a run that went on late
  expect(await findServingTables(db, "shop")).toEqual(await tables(first));
});

it("finds a person's items in the order in which they first had them, each once, and titles by id", async () => {
  const road = await dataRoad({ "sales.csv": SALES });
  const run = await road.open(smallDefinition());
  await run.steps("ingest:sales", "feature:interactions", "feature:items");
  const { interactions, items } = (await findServingTables(road.database.db, "shop")) ?? {};
  if (!interactions || !items) throw new Error("serving has no tables");
  expect(await findHistory(road.database.db, interactions, "ann")).toEqual(["tea", "fig", "jam"]);
  expect(await findHistory(road.database.db, interactions, "a stranger' or '1'='1")).toEqual([]);
  expect(await findTitles(road.database.db, items, ["jam", "tea", "gone"])).toEqual(
    new Map([
      ["jam", "jam"],
      ["tea", "tea"],
    ]),
  );
});
