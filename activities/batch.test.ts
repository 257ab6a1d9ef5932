import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, it } from "vitest";
import type { ManyRecommendations } from "../core/answers.ts";
import type { Recommendations } from "../core/api.ts";
import { canonicalJson } from "../core/json.ts";
import { getBatch, needAttention } from "../db/batches.ts";
import { rollback } from "../db/deployments.ts";
import { addRule, liftRule } from "../db/editorial-rules.ts";
import { findLive } from "../db/versions.ts";
import { type BatchShop, batchShop } from "../tests/support/batch-shop.ts";
import { testServer } from "../tests/support/server.ts";
import { keptChecks } from "./kept-checks.ts";

interface List {
  user_id: string | null;
  items: string[];
  scores: number[];
  placed_by: string[];
  line: number;
  version: number;
  release_digest: string;
  scored_at: Date;
}

interface RowOf {
  line: number;
  rank: number;
  item_id: string;
}

const everybody = (count: number) =>
  sql`select 'person-' || lpad(person::text, 5, '0') as user_id from generate_series(0, ${sql.lit(count - 1)}) as person`;

it("answers each row as the server does, with the same rules, and marks what is of the popularity list", async () => {
  const shop = await batchShop(40);
  const { database, db, person } = shop;
  await shop.goLive();
  const rule = { proof: person.proof, reason: "so" };
  await addRule(db, "shop", { ...rule, kind: "ban", itemId: "i09" });
  await addRule(db, "shop", { ...rule, kind: "pin", itemId: "i19", rank: 2 });
  await shop.addTable(
    "people",
    sql`select * from (values ('person-00007', null::text[]), ('nobody', null), (null, '{i03,i04}'),
      ('person-00001', '{i11,i01}')) as people (user_id, items)`,
  );
  const batch = await shop.run(await shop.open());
  expect(batch).toMatchObject({ state: "done", rows_staged: 4, rows_scored: 4, rows_by_popularity: 1 });
  const { rows } = await sql<List>`select * from batches.picks order by line`.execute(db);
  const answers = await askServer(shop, [
    { user: "person-00007", k: 5 },
    { user: "nobody", k: 5 },
    { items: ["i03", "i04"], k: 5 },
    { user: "person-00001", items: ["i11", "i01"], k: 5 },
  ]);
  expect(rows).toHaveLength(4);
  for (const [at, { items, fallback, user }] of answers.entries())
    expect(rows[at]).toMatchObject({
      ...{
        line: at + 1,
        version: 1,
        release_digest: batch.release_digest,
        user_id: user === "" ? null : user,
      },
      items: items.map(({ id }) => id),
      scores: items.map(({ score }) => score),
      placed_by: items.map(({ rule: by, filled }) => by ?? (filled || fallback ? "popularity" : "model")),
    });
  expect(new Set(rows.flatMap(({ placed_by }) => placed_by))).toEqual(
    new Set(["model", "pin", "popularity"]),
  );
  expect(await database.db.selectFrom("exposure").select("id").execute()).toEqual([]);
});

/** What a server answers, and records nothing of. */
async function askServer(shop: BatchShop, requests: object[]): Promise<Recommendations[]> {
  const server = await testServer(shop.database, { artifactsFolder: join(shop.folder, "artifacts") });
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(1);
  const answer = await server.app.inject({
    ...{ method: "POST", url: "/v1/models/shop/recommendations" },
    headers: await server.asProgram("service"),
    payload: { requests, expose: false },
  });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<ManyRecommendations>().answers;
}

it("goes on after the last people who are committed: nobody twice, nobody left out", async () => {
  const shop = await batchShop(40);
  const { db } = shop;
  await shop.goLive();
  await shop.addTable("people", everybody(5_000));
  const batch = await shop.open();
  await shop.step("stageBatch", batch);
  // the second part waits in its transaction until the step is cut
  await sql`
    create function wait_long() returns trigger language plpgsql as 'begin perform pg_sleep(60); return new; end'`.execute(
    db,
  );
  await sql`
    create trigger wait before update on batch for each row when (old.done_up_to = 2000)
    execute function wait_long()`.execute(db);
  const cut = new AbortController();
  const scored = shop.step("scoreBatch", batch, cut.signal);
  scored.catch(() => {});
  await expect.poll(async () => (await getBatch(db, batch.id)).done_up_to).toBe(2_000);
  cut.abort();
  await expect(scored).rejects.toThrow();
  expect((await getBatch(db, batch.id)).done_up_to).toBe(2_000);
  await sql`drop trigger wait on batch`.execute(db);
  expect(await shop.run(batch)).toMatchObject({ state: "done", rows_scored: 5_000, done_up_to: 5_000 });
  const { rows } = await sql`
    select count(*) as rows, count(distinct user_id) as people, count(distinct line) as lines from batches.picks`.execute(
    db,
  );
  expect(rows).toEqual([{ rows: 5_000, people: 5_000, lines: 5_000 }]);
});

it("shows nothing that was banned since it was scored, until the ban is lifted; the rest moves up", async () => {
  const shop = await batchShop(40);
  const { db, person } = shop;
  await shop.goLive();
  await shop.addTable("people", everybody(20));
  await shop.run(await shop.open({ target: "lists" }));
  await shop.run(await shop.open({ layout: "rows" }));
  const { rows: before } = await sql<List>`select * from batches.lists order by line`.execute(db);
  const rowsOf = async () =>
    (await sql<RowOf>`select * from batches.picks order by line, rank`.execute(db)).rows;
  const rowsBefore = await rowsOf();
  const [first] = before[0]?.items ?? [];
  const ban = { proof: person.proof, reason: "recalled", kind: "ban", itemId: String(first) } as const;
  const later = new Date(Date.now() + 3_600_000).toISOString();
  await addRule(db, "shop", { ...ban, itemId: "i01", from: later });
  const { id } = await addRule(db, "shop", ban);
  const { rows: after } = await sql<List>`select * from batches.lists order by line`.execute(db);
  for (const [at, { items, scores, placed_by, ...row }] of before.entries()) {
    const left = items.flatMap((item, place) => (item === first ? [] : [place]));
    const of = <T>(values: readonly T[]) => left.map((place) => values[place]);
    expect(after[at]).toEqual({ ...row, items: of(items), scores: of(scores), placed_by: of(placed_by) });
  }
  expect(after[0]?.items).toHaveLength(4);
  const ranked = Map.groupBy(
    rowsBefore.filter(({ item_id }) => item_id !== first),
    ({ line }) => line,
  );
  expect(await rowsOf()).toEqual(
    [...ranked.values()].flatMap((rows) => rows.map((row, place) => ({ ...row, rank: place + 1 }))),
  );
  expect((await rowsOf()).length).toBeLessThan(rowsBefore.length);

  await liftRule(db, { proof: person.proof, id });
  expect((await sql<List>`select * from batches.lists order by line`.execute(db)).rows).toEqual(before);
  expect(await rowsOf()).toEqual(rowsBefore);
});

it.each(["picks", "picks.csv"])(
  "shows after a rollback what that version wrote to %s, without what was banned since",
  async (to) => {
    const deployment = { kind: "batch", from: "data.people", to, k: 5 } as const;
    const shop = await batchShop(40, { deployment });
    const { db, person } = shop;
    await shop.addTable("people", everybody(20));
    const { version } = await shop.goLive();
    await shop.run(await getBatch(db, "shop-b1"));
    await shop.goLive(10);
    await shop.run(await getBatch(db, "shop-b2"));
    await addRule(db, "shop", { proof: person.proof, kind: "ban", itemId: "i04", reason: "recalled" });
    await rollback(db, { proof: person.proof, model: "shop", expected: 2, to: version, reason: "worse" });
    await shop.step("stageBatch", await getBatch(db, "shop-b3"));
    const seen =
      to === "picks"
        ? JSON.stringify((await sql`select version, item_id from batches.picks`.execute(db)).rows)
        : await readFile(join(shop.batchFolder, "shop", to), "utf8");
    expect(seen).toContain("i15"); // of which version 2 knew nothing
    expect(seen).not.toContain("i04");
  },
);

it("keeps the version that it began with, though another goes live in between", async () => {
  const shop = await batchShop(40);
  await shop.goLive();
  await shop.addTable("people", everybody(10));
  const batch = await shop.open({ layout: "rows" });
  await shop.step("stageBatch", batch);
  await shop.goLive(10);
  await shop.run(batch);
  const { rows } = await sql<{ version: number }>`select distinct version from batches.picks`.execute(
    shop.db,
  );
  expect(rows).toEqual([{ version: 1 }]);
});

it("shows readers the old rows or the new ones, never half; who may read them keeps that right", async () => {
  const shop = await batchShop(40);
  const { db } = shop;
  await shop.goLive();
  await shop.addTable("people", everybody(300));
  await shop.run(await shop.open({ layout: "rows" }));
  await sql`grant usage on schema batches to holt_auditor`.execute(db); // any login that is not the worker's
  await sql`grant select on batches.picks to holt_auditor`.execute(db);
  await shop.goLive(10);
  const seen = new Set<string>();
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      const { rows } = await sql<{ seen: string }>`
        select string_agg(distinct version::text, '+') || ' ' || count(*) as seen from batches.picks`.execute(
        db,
      );
      seen.add(String(rows[0]?.seen));
    }
  })();
  await shop.run(await shop.open({ layout: "rows" }));
  isOver = true;
  await reading;
  const { rows } = await sql<{ rows: number; may: boolean }>`
    select count(*) as rows, has_table_privilege('holt_auditor', 'batches.picks', 'select') as may from batches.picks
    where version = 2`.execute(db);
  expect(rows[0]?.may).toBe(true);
  expect([...seen].filter((one) => one !== "1 1500" && one !== `2 ${rows[0]?.rows}`)).toEqual([]);
});

it("goes by the rules that people said before it began, and by no later ones but bans", async () => {
  const shop = await batchShop(40);
  const { db, person } = shop;
  await shop.goLive();
  await shop.addTable("people", everybody(20));
  const rule = { proof: person.proof, reason: "so" };
  await addRule(db, "shop", { ...rule, kind: "ban", itemId: "i05" });
  await addRule(db, "shop", { ...rule, kind: "pin", itemId: "i19", rank: 2 });
  const batch = await shop.open({ layout: "rows" });
  await shop.step("stageBatch", batch);
  await addRule(db, "shop", { ...rule, kind: "pin", itemId: "i06", rank: 1 });
  await shop.run(batch);
  const { rows } = await sql<{ banned: number; later: number; pinned: number }>`
    select count(*) filter (where item_id = 'i05') as banned,
      count(*) filter (where item_id = 'i06' and placed_by = 'pin') as later,
      count(*) filter (where item_id = 'i19' and rank = 2 and placed_by = 'pin') as pinned from batches.picks`.execute(
    db,
  );
  expect(rows).toEqual([{ banned: 0, later: 0, pinned: 20 }]);
});

it("sets rows aside with line and reason, and stops when they are too many, with nothing shown", async () => {
  const shop = await batchShop(40);
  const { db } = shop;
  await shop.goLive();
  await writeFile(
    join(shop.folder, "people.csv"),
    `user_id,items,country\nperson-00001,,\n,,\nperson-00002,"[1]",\nperson-00003,${"i|".repeat(101)},\nperson-00004,,germany\na,b\n`,
  );
  const source = join(shop.folder, "people.csv");
  const batch = await shop.open({ source });
  await expect(shop.step("stageBatch", batch)).rejects.toThrow(
    `5 rows of 6 of ${source} set aside, more than 1 %; see "holt batch show shop-b1"`,
  );
  const aside = () =>
    db
      .selectFrom("batch_set_aside")
      .select(["line", "reason"])
      .where("batch_id", "=", batch.id)
      .orderBy("line")
      .execute();
  expect(await aside()).toEqual([
    { line: 3, reason: "has neither a user nor items" },
    { line: 4, reason: "its items are no JSON array of texts" },
    { line: 5, reason: "has 101 items, more than 100" },
    { line: 6, reason: "its country is not two capital letters" },
    { line: 7, reason: "has 2 fields where the header has 3" },
  ]);
  await writeFile(source, "user_id\nperson-00001\nnobody\n");
  expect(await shop.run(batch)).toMatchObject({ state: "done", rows_staged: 2, rows_set_aside: 0 });
  expect(await aside()).toEqual([]);
  const strict = await shop.open({ source, strangers: "set_aside", target: "known", maxBadRowShare: 0.5 });
  expect(await shop.run(strict)).toMatchObject({ state: "done", rows_scored: 1, rows_set_aside: 1 });
  const { rows } = await sql`select user_id from batches.known`.execute(db);
  expect(rows).toEqual([{ user_id: "person-00001" }]);
});

it("writes files whole: CSV and JSON lines of the same rows, nothing left beside them", async () => {
  const shop = await batchShop(40);
  await shop.goLive();
  await shop.addTable(
    "people",
    sql`select * from (values ('person-00007', null), (E'a "b"\\\\\n,', 'i01|i02')) as people (user_id, items)`,
  );
  const csv = await shop.run(await shop.open({ target: "picks.csv", layout: "rows", k: 2 }));
  const json = await shop.run(await shop.open({ target: "picks.ndjson", layout: "rows", k: 2 }));
  expect(csv.file_path).toBe(join(shop.batchFolder, "shop", "picks.csv"));
  const lines = (await readFile(String(csv.file_path), "utf8")).split("\n");
  expect(lines[0]).toBe("user_id,rank,item_id,score,placed_by,line,version,release_digest,scored_at");
  expect(lines[1]).toMatch(/^person-00007,1,i\d\d,[\d.]+,model,1,1,[0-9a-f]{64},\d{4}-/);
  const objects = (await readFile(String(json.file_path), "utf8"))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(objects).toHaveLength(4);
  expect(objects[2]).toMatchObject({
    user_id: 'a "b"\\\n,',
    rank: 1,
    line: 2,
    version: 1,
    placed_by: "model",
  });
  expect((await readdir(join(shop.batchFolder, "shop"))).sort()).toEqual(["picks.csv", "picks.ndjson"]);
});

it("reads by the login for definitions, and neither tables of Holt's own nor what that login may not read", async () => {
  const shop = await batchShop(40);
  await shop.goLive();
  await sql`create schema crm`.execute(shop.db);
  await sql`create table crm.people as select 'person-00001' as user_id`.execute(shop.db);
  const hidden = await shop.open({ source: "crm.people" });
  await expect(shop.step("stageBatch", hidden)).rejects.toThrow("(holt_ingest) may not read table");
  await sql`grant usage on schema crm to holt_ingest`.execute(shop.db);
  await sql`grant select on crm.people to holt_ingest`.execute(shop.db);
  expect(await shop.run(hidden)).toMatchObject({ state: "done", rows_scored: 1 });
  const open = (source: string) => shop.open({ source, target: "others" });
  await expect(shop.step("stageBatch", await open("public.token"))).rejects.toThrow("Holt's own");
});

it("is a failed check of the monitor as long as the live version's batch waits for a person", async () => {
  const deployment = { kind: "batch", from: "data.people", to: "picks", k: 5 } as const;
  const shop = await batchShop(40, { deployment });
  const { db, worker } = shop;
  await shop.goLive();
  const live = await findLive(db, "shop");
  const look = async () => live && keptChecks(worker, "shop", live);
  expect(await look()).toMatchObject([{ id: "batch:picks", verdict: "pass" }]);
  await needAttention(worker.db, "shop-b1", { code: "InvalidInput", message: "from: is not there" });
  expect(await look()).toMatchObject([
    {
      verdict: "fail",
      explanation: expect.stringContaining("from: is not there; mend it, then let it go on"),
    },
  ]);
});

it("gives new items their share of the places, of strangers' lists too, and none that is banned", async () => {
  const shop = await batchShop(40);
  const { db, artifacts, person } = shop;
  const fresh = ["new1", "new2", "new3"];
  const since = [...fresh.map((id) => [id, Date.now() - 1_000]), ["old", Date.now() - 86_400_001]];
  const newItems = { share: 0.2, withinMs: 86_400_000, since };
  const file = { schemaVersion: 1, rules: [], known: [], values: [], newItems };
  const rules = await artifacts.put(new TextEncoder().encode(canonicalJson(file)));
  await addRule(db, "shop", { proof: person.proof, kind: "ban", itemId: "new3", reason: "recalled" });
  await shop.goLive(20, { rules });
  await shop.addTable("people", everybody(400)); // of whom 360 are strangers
  const lists = async () =>
    (await sql<List>`select items, placed_by from batches.picks order by line`.execute(db)).rows;
  await shop.run(await shop.open());
  const first = await lists();
  const drawn = first.flatMap(({ items, placed_by }) => items.filter((_, at) => placed_by[at] === "new"));
  expect(new Set(drawn)).toEqual(new Set(["new1", "new2"]));
  // of 400 lists of 5 places, 1 each; four standard deviations are 57
  expect(Math.abs(drawn.length - 400)).toBeLessThan(60);
  for (const { items } of first) expect(new Set(items).size).toBe(5);
});
