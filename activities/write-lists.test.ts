import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import type { Recommendations } from "../core/api.ts";
import { openDatabase } from "../db/connection.ts";
import { deploy, rollback } from "../db/deployments.ts";
import { addRule } from "../db/editorial-rules.ts";
import { findLists } from "../db/materialised.ts";
import { findRelease } from "../db/releases.ts";
import { startStage } from "../db/rollouts.ts";
import { listServers } from "../db/servers.ts";
import { addSteps, endStep } from "../db/steps.ts";
import { findLive, registerVersion } from "../db/versions.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { placeOf } from "../store/place-of.ts";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import { testServer } from "../tests/support/server.ts";
import { addOpenReview, addShop, storeModels } from "../tests/support/shop.ts";
import { writeLists } from "./write-lists.ts";

const K = 12;
const TABLE = "feature_sold";

/** A shop whose versions are materialised, and a server that is given nothing but what is live. */
async function setUp(people: number) {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  // with the rights that a worker has in earnest
  const own = openDatabase(asLogin(database.url, "worker"), { applicationName: "holt-test-worker" });
  onTestFinished(() => own.close());
  const context = { database: own, ingest: own, artifacts: server.artifacts };
  const change = { deployment: { kind: "materialised" as const, k: K } };
  await addShop(db, "shop", change);
  // person-00000 had i00 and i01, person-00001 had i01 and i02, and so on
  await sql`create table data.feature_sold as
    select 'person-' || lpad(person::text, 5, '0') as user_id,
      'i' || lpad(((person + nth) % 20)::text, 2, '0') as item_id, to_timestamp(nth) as event_time
    from generate_series(0, ${sql.lit(people - 1)}) as person, generate_series(0, 1) as nth`.execute(db);
  await sql`grant select on data.feature_sold to holt_server, holt_worker`.execute(db);
  await db.updateTable("model").set({ interactions_table: TABLE }).execute();
  const person = await addTestPerson(db, ["reviewer", "deployer"]);
  /** Approved, with a number, and nothing written yet. */
  const register = async (items = 20) => {
    const artifacts = await storeModels(server.artifacts, "i", items);
    const run = await addOpenReview(db, { artifacts, change });
    const step = "feature:interactions";
    await addSteps(db, run.runId, [{ name: step, kind: "feature", after: [], skippable: false }]);
    const end = { state: "done", inputDigest: "0".repeat(64), reusedFromRun: null } as const;
    const result = { summary: "as the test says", detail: { tableName: TABLE } };
    await endStep(db, { runId: run.runId, step }, { ...end, result });
    await decideAs(db, person, run);
    return { run, artifacts, version: await registerVersion(db, run.runId) };
  };
  type Registered = Awaited<ReturnType<typeof register>>;
  const write = ({ version }: Registered, signal = new AbortController().signal, onCommit = () => {}) =>
    writeLists(context, { model: "shop", version }, signal, onCommit);
  const flip = async ({ run, version }: Registered) => {
    const { artifactDigest } = (await findRelease(db, run.releaseDigest)) ?? {};
    const signed = { artifactDigest: String(artifactDigest), reportDigest: run.reportDigest };
    await deploy(db, { runId: run.runId, version }, signed);
  };
  const headers = await server.asProgram("service");
  const ask = async (query: string) => {
    const answer = await server.app.inject({ url: `/v1/models/shop/recommendations?${query}`, headers });
    expect(answer.statusCode).toBe(200);
    return answer.json<Recommendations>();
  };
  const served = (version: number) => expect.poll(() => server.live.states()["shop"]?.version).toBe(version);
  return { database, db, server, person, register, write, flip, ask, served, headers };
}

const idsOf = ({ items }: Recommendations) => items.map(({ id }) => id);

it("writes what the model answers to everybody; an attempt that was cut off leaves nobody twice and nobody out", async () => {
  const { db, server, register, write } = await setUp(1_200);
  const made = await register();
  const cut = new AbortController();
  await expect(write(made, cut.signal, () => cut.abort())).rejects.toThrow("abort");
  const of = { model: "shop", version: made.version };
  expect(await findLists(db, of)).toMatchObject({
    people: 500,
    done_up_to: "person-00499",
    finished_at: null,
  });
  let commits = 0;
  await write(made, undefined, () => void commits++);
  expect(commits).toBe(2);
  const whole = await findLists(db, of);
  expect(whole).toMatchObject({ people: 1_200, finished_at: expect.any(Date), dropped_at: null });
  await write(made);
  expect(await findLists(db, of)).toEqual(whole);
  const { rows } = await sql<{ user_id: string; items: string[]; scores: number[] }>`
    select * from lists.shop_1 order by user_id`.execute(db);
  expect(rows).toHaveLength(1_200);
  const model = await loadRecommender(await server.artifacts.get(made.artifacts.artifact));
  for (const at of [0, 499, 500, 1_199]) {
    const history = [at % 20, (at + 1) % 20].map((item) => `i${String(item).padStart(2, "0")}`);
    const list = await model.recommend(history, K);
    expect(list.length).toBeGreaterThan(0);
    expect(rows[at]).toEqual({
      user_id: `person-${String(at).padStart(5, "0")}`,
      items: list.map(({ itemId }) => itemId),
      scores: list.map(({ score }) => score),
    });
  }
  await model.close();
});

it("goes live only with its lists, and is then looked up: no model is needed, at the flip nor at a rollback", async () => {
  const { db, server, headers, person, register, write, flip, ask, served } = await setUp(40);
  const first = await register();
  await expect(flip(first)).rejects.toThrow(
    'model "shop" version 1: people\'s lists of it are not in the database',
  );
  expect(await findLive(db, "shop")).toBeUndefined();
  await write(first);
  await server.artifacts.keepOnly(new Set([first.artifacts.fallback])); // what scores is gone
  await flip(first);
  await served(1);
  const [before, stranger] = [await ask("user=person-00007&k=3"), await ask("user=nobody&k=3")];
  expect(before).toMatchObject({ version: 1, fallback: false, arm: "champion", recorded: true });
  expect(new Set(idsOf(before))).toEqual(new Set(["i00", "i06", "i09"]));
  expect(before.items.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  expect(stranger).toMatchObject({ version: 1, fallback: true, arm: "fallback" });
  const tensors = await server.app.inject({ url: "/v2/models/shop", headers });
  expect([tensors.statusCode, tensors.json().detail]).toEqual([404, expect.stringContaining("beforehand")]);
  const second = await register(10); // knows i00 to i09 only
  await write(second);
  await server.artifacts.keepOnly(new Set([first.artifacts.fallback, second.artifacts.fallback]));
  await flip(second);
  await served(2);
  expect(await ask("user=person-00015")).toMatchObject({ version: 2, fallback: true }); // it knows neither item
  expect(await ask("user=person-00007")).toMatchObject({ version: 2, fallback: false });
  await rollback(db, { proof: person.proof, model: "shop", expected: 2, to: null, reason: "worse" });
  await served(1);
  expect(idsOf(await ask("user=person-00007&k=3"))).toEqual(idsOf(before));
});

it("leaves out what a person had since, and goes by editorial rules", async () => {
  const { db, server, person, register, write, flip, ask, served } = await setUp(40);
  const made = await register();
  await write(made);
  await flip(made);
  await served(1);
  const [best, next] = idsOf(await ask("user=person-00007&k=2"));
  await sql`create table data.feature_later as table data.feature_sold`.execute(db);
  await sql`insert into data.feature_later values ('person-00007', ${best}, now())`.execute(db);
  await sql`grant select on data.feature_later to holt_server`.execute(db);
  await db.updateTable("model").set({ interactions_table: "feature_later" }).execute();
  await server.live.look();
  expect(idsOf(await ask("user=person-00007&k=1"))).toEqual([next]);
  await addRule(db, "shop", { proof: person.proof, kind: "ban", itemId: String(next), reason: "so" });
  await expect.poll(async () => idsOf(await ask("user=person-00007"))).not.toContain(next);
});

it("keeps the lists of the newest five versions and of what is live, and says so where a rollback needs others", async () => {
  const { db, person, register, write, flip } = await setUp(3);
  const first = await register();
  await write(first);
  await flip(first);
  for (const items of [11, 12, 13, 14, 15, 16, 17]) {
    const next = await register(items);
    await write(next);
    if (next.version === 3 || next.version === 8) await flip(next);
  }
  const rows = await db.selectFrom("materialised").selectAll().orderBy("version").execute();
  const dropped = rows.filter(({ dropped_at }) => dropped_at !== null).map(({ version }) => version);
  expect(dropped).toEqual([1, 2]); // 3 is live while 8 is written
  const { rows: tables } = await sql<{ name: string }>`
    select relname as name from pg_class where relnamespace = 'lists'::regnamespace and relkind = 'r' order by 1`.execute(
    db,
  );
  expect(tables.map(({ name }) => name)).toEqual([3, 4, 5, 6, 7, 8].map((version) => `shop_${version}`));
  const back = { proof: person.proof, model: "shop", expected: 8, reason: "worse" };
  await expect(rollback(db, { ...back, to: 1 })).rejects.toThrow("are not in the database");
  expect((await findLive(db, "shop"))?.version).toBe(8);
  await rollback(db, { ...back, to: 3 });
  expect((await findLive(db, "shop"))?.version).toBe(3);
});

it("answers the share of a canary by the new version's lists, and everybody else by the live version's", async () => {
  const { db, server, register, write, flip, ask, served } = await setUp(40);
  const first = await register();
  await write(first);
  await flip(first);
  await served(1);
  const second = await register(10); // knows i00 to i09 only
  await write(second);
  const { runId } = second.run;
  await startStage(db, { runId, stage: 0 }, { version: 2, kind: "canary", share: 0.5 });
  const held = async () => (await listServers(db)).flatMap(({ versions }) => versions);
  await expect.poll(held).toContainEqual({ model: "shop", version: 2, problem: null });
  await server.live.look();
  const arms = new Set<string>();
  for (let at = 0; at < 8; at++) {
    const user = `person-0000${at}`;
    const isIn = placeOf(runId, user) < 0.5;
    const answer = await ask(`user=${user}&k=5`);
    expect(answer).toMatchObject({
      ...{ version: isIn ? 2 : 1, arm: isIn ? "canary" : "champion", fallback: false },
    });
    const { rows } = await sql<{ items: string[] }>`
      select items from ${sql.table(`lists.shop_${answer.version}`)} where user_id = ${user}`.execute(db);
    expect(answer.items.filter(({ filled }) => !filled).map(({ id }) => id)).toEqual(
      rows[0]?.items.slice(0, 5),
    );
    arms.add(answer.arm);
  }
  expect(arms).toEqual(new Set(["canary", "champion"]));
});

it("answers by what it looked up before, or by popularity, while PostgreSQL is away, and by the lists when it is back", async () => {
  const { database, db, server, headers, register, write, flip, ask, served } = await setUp(40);
  const made = await register();
  await write(made);
  await flip(made);
  await served(1);
  const known = await ask("user=person-00007&k=5");
  expect(known).toMatchObject({ fallback: false });
  const kept = () => readFile(join(server.servingFolder, "live.json"), "utf8").catch(() => "");
  await expect.poll(kept).toContain('"listsTable":"shop_1"');
  await expect
    .poll(() => readFile(join(server.servingFolder, "tokens.json"), "utf8").catch(() => ""))
    .toContain("service");
  const name = sql.id(new URL(database.url).pathname.slice(1));
  await sql`revoke connect on database ${name} from public, holt_server`.execute(db);
  const end = () =>
    sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename = 'holt_server'`.execute(db);
  await end();
  await expect.poll(() => server.live.databaseProblem).toContain("permission denied");
  expect(idsOf(await ask("user=person-00007&k=5"))).toEqual(idsOf(known));
  expect(await ask("user=person-00008&k=5")).toMatchObject({ version: 1, fallback: true, arm: "fallback" });

  // a server that starts meanwhile has the popularity list, and says so
  const cold = await testServer(database, { servingFolder: server.servingFolder });
  const url = "/v1/models/shop/recommendations?user=person-00007&k=5";
  const answer = await cold.app.inject({ url, headers });
  expect([answer.statusCode, answer.json()]).toMatchObject([200, { version: 1, fallback: true }]);
  expect(cold.live.states()["shop"]?.problem).toContain("version 1:");
  await sql`grant connect on database ${name} to holt_server`.execute(db);
  await expect
    .poll(async () => idsOf((await cold.app.inject({ url, headers })).json()), { timeout: 20_000 })
    .toEqual(idsOf(known));
  await expect
    .poll(async () => (await ask("user=person-00008&k=5")).fallback, { timeout: 5_000 })
    .toBe(false);
});
