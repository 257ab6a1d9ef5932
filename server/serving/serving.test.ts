import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NewRule, Recommendations } from "../../core/api.ts";
import { addRule, liftRule } from "../../db/editorial-rules.ts";
import { rollback } from "../../operations/rollback.ts";
import { failingForKnown } from "../../tests/faults/hostile-models.ts";
import { addActor } from "../../tests/support/actors.ts";
import { createTestDatabase, type TestDatabase, testDatabase } from "../../tests/support/database.ts";
import { addHistories } from "../../tests/support/histories.ts";
import { addTestPerson } from "../../tests/support/reviewed-run.ts";
import { type TestServer, testServer } from "../../tests/support/server.ts";
import { openServerAt } from "../../tests/support/server-at.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";
import { until } from "../../tests/support/until.ts";

const URL = "/v1/models/shop/recommendations";

async function setUp() {
  const database = await testDatabase();
  return askable(database, await testServer(database));
}

type Shop = Awaited<ReturnType<typeof askable>>;

async function askable(database: TestDatabase, server: TestServer) {
  const { db } = database;
  const headers = await server.asProgram("service");
  const ask = async (query: string) => {
    const answer = await server.app.inject({ url: `${URL}?${query}`, headers });
    return {
      status: answer.statusCode,
      version: Number(answer.headers["x-holt-version"]),
      age: answer.headers["x-holt-knowledge-age"],
      body: answer.json(),
    };
  };
  /** Makes the models of these items live, and waits until they are served. */
  const goLive = async (prefix?: string) => {
    const { version } = await addLiveVersion(db, { artifacts: await storeModels(server.artifacts, prefix) });
    await until(`version ${version}`, async () => server.live.states()["shop"]?.version === version);
    return version;
  };
  return { database, db, server, headers, ask, goLive };
}

/** Makes PostgreSQL refuse this database, and drops its connections; the end gives it back. */
async function takeAway(database: TestDatabase): Promise<() => Promise<void>> {
  const name = new globalThis.URL(database.url).pathname.slice(1);
  const admin = new pg.Client({ connectionString: new globalThis.URL("/postgres", database.url).href });
  await admin.connect();
  await admin.query(`alter database ${name} allow_connections false`);
  await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [name]);
  return async () => {
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
  };
}

describe("while one version is live", () => {
  const ends: (() => Promise<void>)[] = [];
  let shop: Shop;
  let version: number;
  beforeAll(async () => {
    const database = await createTestDatabase();
    ends.push(database.close);
    const server = await openServerAt(database, (end) => void ends.push(end));
    shop = await askable(database, server);
    version = await shop.goLive();
    await addHistories(database, { ann: ["i07", "i08"], cat: ["i03", "i08"], bob: ["gone-1", "gone-2"] });
    await server.live.look();
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  it("answers a person by their history, without what they had, best first", async () => {
    const { ask } = shop;
    const { status, version: header, body } = await ask("user=ann&k=3");
    expect(status).toBe(200);
    expect(header).toBe(version);
    expect(body).toMatchObject({ model: "shop", version, user: "ann", fallback: false });
    const { items } = body as Recommendations;
    expect(items.map(({ rank }) => rank)).toEqual([1, 2, 3]);
    expect(new Set(items.map(({ id }) => id))).toEqual(new Set(["i00", "i06", "i09"]));
    expect(items.map(({ score }) => score)).toEqual(items.map(({ score }) => score).sort((a, b) => b - a));
  });

  it("names each answer, the part of the traffic that it belongs to, and how old the version's data is", async () => {
    const { ask } = shop;
    const known = (await ask("user=ann")).body as Recommendations;
    const again = (await ask("user=ann")).body as Recommendations;
    const stranger = (await ask("user=nobody")).body as Recommendations;
    expect([known.arm, stranger.arm]).toEqual(["champion", "fallback"]);
    expect(new Set([known, again, stranger].map((answer) => answer.recommendationId)).size).toBe(3);
    const { as_of } = await shop.db.selectFrom("run").select("as_of").executeTakeFirstOrThrow();
    expect(known.version).toBe(version);
    expect(Math.abs(known.modelAgeSeconds - (Date.now() - as_of.getTime()) / 1_000)).toBeLessThan(5);
  });

  it("says with each item, when it is asked, what of the person's history speaks for it", async () => {
    const { ask } = shop;
    const { items } = (await ask("user=cat&k=5&explain=1")).body as Recommendations;
    const because = Object.fromEntries(items.map((item) => [item.id, item.because]));
    expect(because["i04"]).toEqual(["i03"]);
    expect(because["i09"]).toEqual(["i08"]);
    const stranger = (await ask("user=nobody&k=2&explain=1")).body as Recommendations;
    expect(stranger.items.map((item) => item.because)).toEqual([[], []]);
    const plain = (await ask("user=ann&k=1")).body as Recommendations;
    expect(plain.items[0]).not.toHaveProperty("because");
    expect((await ask("user=ann&explain=yes")).status).toBe(400);
  });

  it("gives the popularity list, and says so, to a stranger and to whose items the model doesn't know", async () => {
    const { ask } = shop;
    const stranger = await ask("user=nobody");
    expect(stranger.body).toMatchObject({ fallback: true, version: 1 });
    expect(stranger.body.items).toHaveLength(10);
    expect(stranger.body.items[0]).toMatchObject({ id: "i00", rank: 1 });
    const bob = await ask("user=bob");
    expect(bob.body).toMatchObject({ fallback: true, items: stranger.body.items });
  });

  it("refuses nonsense with the parameter, what is wrong and what to do", async () => {
    const { ask } = shop;
    const detail = async (query: string) => {
      const { status, body } = await ask(query);
      expect(body).toMatchObject({ status: 400, code: "invalid_input" });
      expect(status).toBe(400);
      return body.detail;
    };
    expect(await detail("")).toBe('query.user: is missing; add it to the address, as in "?name=value"');
    expect(await detail("user=")).toBe("query.user: is empty; name the person");
    expect(await detail("user=a&k=0")).toBe("query.k: 0 is too small; write at least 1");
    expect(await detail("user=a&k=101")).toBe("query.k: 101 is too big; write at most 100");
    expect(await detail("user=a&k=ten")).toContain("query.k: ");
    expect(await detail("user=a&k=1.5")).toContain("query.k: 1.5 is not a whole number");
    expect(await detail("user=a&n=5")).toContain("query.n: ");
    expect(await detail("user=a%00b")).toContain("query: has a NUL character");
    expect(await detail(`user=${"x".repeat(201)}`)).toContain("is too long; write 200 characters at most");
  });
});

it("goes by editorial rules within a moment, for the model's answers and the popularity list, and with PostgreSQL away", async () => {
  const { database, db, server, ask, goLive } = await setUp();
  await goLive();
  await addHistories(database, { ann: ["i07", "i08"] });
  const idsOf = async (query: string) => {
    const { items } = (await ask(query)).body as Recommendations;
    return items.map(({ id, rule }) => (rule ? `${id} ${rule}` : id));
  };
  await server.live.look();
  const [known, stranger] = [await idsOf("user=ann&k=3"), await idsOf("user=nobody&k=3")];
  expect(new Set(known)).toEqual(new Set(["i00", "i06", "i09"]));
  const { proof } = await addTestPerson(db, "reviewer");
  const say = (wanted: Omit<NewRule, "reason">) => addRule(db, "shop", { proof, reason: "so", ...wanted });
  const { id } = await say({ kind: "ban", itemId: String(known[0]) });
  await say({ kind: "ban", itemId: String(stranger[0]) });
  await say({ kind: "pin", itemId: "i07", rank: 2 });
  await expect.poll(() => idsOf("user=ann&k=3")).toContain("i07 pin");
  const ruled = await idsOf("user=ann&k=3");
  expect(ruled[1]).toBe("i07 pin"); // though ann had it
  expect(ruled).not.toContain(known[0]);
  const list = await idsOf("user=nobody&k=3");
  expect([list[0], list[1], list.length]).toEqual([stranger[1], "i07 pin", 3]);
  await liftRule(db, { proof, id });
  await expect.poll(() => idsOf("user=ann&k=3")).toContain(known[0]);
  await expect
    .poll(async () => {
      const { body } = JSON.parse(await readFile(join(server.servingFolder, "live.json"), "utf8"));
      return body.live[0].rules.length;
    })
    .toBe(2);
});

it("says that a model was never live", async () => {
  const { ask } = await setUp();
  const { body } = await ask("user=ann");
  expect(body).toMatchObject({ status: 404, code: "not_found" });
  expect(body.detail).toBe('model "shop": was never live; approve a run of it first, see "holt runs"');
});

it("swaps versions under load: each answer is whole and of the version that it names", async () => {
  const { db, server, headers, goLive } = await setUp();
  const prefixes: Record<number, string> = {};
  for (const prefix of ["a", "b"]) prefixes[await goLive(prefix)] = prefix;
  const erin = await addActor(server.operations, "deployer");
  const address = await server.app.listen({ port: 0 });
  const seen = new Map<number, number>();
  let isDone = false;
  const reader = async () => {
    while (!isDone) {
      const response = await fetch(`${address}${URL}?user=nobody&k=5`, { headers });
      expect(response.status).toBe(200);
      const body = (await response.json()) as Recommendations;
      expect(Number(response.headers.get("x-holt-version"))).toBe(body.version);
      expect(body.items.map(({ id }) => id[0])).toEqual(Array(5).fill(prefixes[body.version]));
      seen.set(body.version, (seen.get(body.version) ?? 0) + 1);
    }
  };
  const readers = Array.from({ length: 4 }, () => reader());
  try {
    for (let swap = 0; swap < 6; swap++) {
      const expectedVersion = swap % 2 === 0 ? 2 : 1;
      const toVersion = 3 - expectedVersion;
      const before = seen.get(toVersion) ?? 0;
      await rollback(server.operations, erin, "shop", { expectedVersion, toVersion, reason: "swap" });
      await expect.poll(() => seen.get(toVersion) ?? 0, { interval: 5 }).toBeGreaterThan(before);
    }
  } finally {
    isDone = true;
  }
  await Promise.all(readers);
  expect(await db.selectFrom("live").select(["version", "fence"]).execute()).toEqual([
    { version: 2, fence: 8 },
  ]);
  expect(server.problems).toEqual([]);
});

it("has the last versions in memory, also after a start, so that a rollback to any needs no file", async () => {
  const { database, server, goLive } = await setUp();
  for (const prefix of ["a", "b", "c"]) await goLive(prefix);
  const other = await testServer(database, { artifactsFolder: server.artifactsFolder });
  const shop = ({ live }: typeof server) => live.states()["shop"];
  await expect
    .poll(() => shop(other), { timeout: 10_000 })
    .toEqual({ version: 3, problem: null, warm: [2, 1] });
  expect(shop(server)).toEqual(shop(other));
  const health = await other.app.inject({ url: "/readyz" });
  expect(health.json().models).toEqual({ shop: shop(other) });

  await rm(server.artifactsFolder, { recursive: true });
  const erin = await addActor(server.operations, "deployer");
  const back = { expectedVersion: 3, toVersion: 1, reason: "spend fell" };
  await rollback(server.operations, erin, "shop", back);
  for (const one of [server, other])
    await expect.poll(() => shop(one)).toEqual({ version: 1, problem: null, warm: [2] });
  const headers = await other.asProgram("service");
  const answer = await other.app.inject({ url: `${URL}?user=nobody&k=1`, headers });
  expect(answer.json().items[0].id).toMatch(/^a/);
});

it("keeps the version before when the new one's bytes were changed, and serves it once they are restored", async () => {
  const { db, server, ask, goLive } = await setUp();
  await goLive("a");
  const artifacts = await storeModels(server.artifacts, "b");
  const path = join(server.artifactsFolder, artifacts.artifact.slice(0, 2), artifacts.artifact);
  const bytes = await readFile(path);
  const flipped = Buffer.from(bytes);
  flipped[100] = (flipped[100] ?? 0) ^ 1;
  await writeFile(path, flipped);
  await addLiveVersion(db, { artifacts });
  await expect
    .poll(() => server.live.states()["shop"]?.problem)
    .toContain("so it changed after it was stored");
  expect(await ask("user=ann")).toMatchObject({ status: 200, version: 1, body: { version: 1 } });
  const health = await server.app.inject({ url: "/readyz" });
  expect(health.statusCode).toBe(200);
  expect(health.json()).toMatchObject({
    status: "degraded",
    models: { shop: { version: 1, problem: expect.stringContaining("version 2: artifact ") } },
  });
  await writeFile(path, bytes);
  await expect.poll(() => server.live.states()["shop"]).toEqual({ version: 2, problem: null, warm: [1] });
  expect(await ask("user=ann")).toMatchObject({ status: 200, version: 2 });
});

it("keeps the version before when the new one answers its golden rows otherwise, and refuses to go back to such a version", async () => {
  const { db, server, ask, goLive } = await setUp();
  await goLive("a");
  const [artifacts, { golden }] = [
    await storeModels(server.artifacts, "b"),
    await storeModels(server.artifacts, "c"),
  ];
  await addLiveVersion(db, { artifacts: { ...artifacts, golden } });
  const says = /^version 2: artifact .+: answers golden row 2 of 41 otherwise than when it was trained: /;
  await expect.poll(() => server.live.states()["shop"]?.problem).toMatch(says);
  expect(server.problems.map(({ message }) => `version 2: ${message}`)).toEqual([
    expect.stringMatching(says),
  ]);
  expect(await ask("user=ann")).toMatchObject({ status: 200, version: 1 });
  await goLive("d");
  const rollBack = async (payload: object) => {
    const headers = await server.asPage("deployer");
    return server.app.inject({ url: "/api/models/shop/rollbacks", method: "POST", headers, payload });
  };
  const refused = await rollBack({ expectedVersion: 3, reason: "a trial" });
  expect(refused.json().detail).toMatch(/answers golden row 2 of 41 otherwise/);
  expect(refused.statusCode).toBeGreaterThanOrEqual(400);
  expect(await ask("user=ann")).toMatchObject({ status: 200, version: 3 });
  expect((await rollBack({ expectedVersion: 3, toVersion: 1, reason: "a trial" })).statusCode).toBe(201);
  await expect.poll(() => server.live.states()["shop"]).toMatchObject({ version: 1, problem: null });
});

it("starts with every other model when one's release row holds nonsense, and says which", async () => {
  const { database, db, server } = await setUp();
  const artifacts = await storeModels(server.artifacts);
  const { version, model } = await addLiveVersion(db, { artifacts });
  await addLiveVersion(db, { model: "aisle", artifacts });
  await db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await trx.updateTable("release").set({ body: '{"model": 7}' }).where("model", "=", model).execute();
  });
  const other = await testServer(database, { artifactsFolder: server.artifactsFolder });
  await expect.poll(() => other.live.states()["aisle"]).toEqual({ version: 1, problem: null, warm: [] });
  expect(other.live.databaseProblem).toBeNull();
  await expect
    .poll(() => other.live.states()[model]?.problem)
    .toMatch(new RegExp(`^version ${version}: release .* changed after it was stored`));
  expect(other.problems).toHaveLength(1);
});

it("answers by the popularity list alone when a first version's model cannot be loaded", async () => {
  const { db, server, ask } = await setUp();
  const { fallback } = await storeModels(server.artifacts);
  const artifact = await server.artifacts.put(Buffer.from("not a model"));
  await addLiveVersion(db, { artifacts: { artifact, fallback } });
  await expect.poll(() => server.live.states()["shop"]?.problem).toContain("version 1: ");
  expect(await ask("user=ann")).toMatchObject({ status: 200, body: { version: 1, fallback: true } });
});

it("answers by the last good version when the live one's model fails for long, and says which version answered", async () => {
  const { database, server, ask, goLive } = await setUp();
  const { db } = database;
  await goLive();
  await addHistories(database, { ann: ["i07", "i08"] });
  await server.live.look();
  const good = await ask("user=ann");
  const { artifact, fallback } = await storeModels(server.artifacts);
  const broken = await server.artifacts.put(failingForKnown(await server.artifacts.get(artifact)));
  await addLiveVersion(db, { artifacts: { artifact: broken, fallback } });
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(2);
  expect(await ask("user=ann")).toMatchObject({ version: 2, body: { fallback: true, version: 2 } });
  await expect
    .poll(() => ask("user=ann"), { timeout: 30_000 })
    .toMatchObject({ version: 1, body: { fallback: false, version: 1, items: good.body.items } });
  expect((await server.app.inject({ url: "/readyz" })).json()).toMatchObject({
    status: "degraded",
    models: { shop: { version: 1, problem: expect.stringContaining("version 2: recommender: ") } },
  });
  await addLiveVersion(db, { artifacts: await storeModels(server.artifacts, "i", 21) });
  await expect.poll(() => server.live.states()["shop"]).toMatchObject({ version: 3, problem: null });
  expect(await ask("user=ann")).toMatchObject({ version: 3, body: { fallback: false } });
});

it("answers everybody while PostgreSQL is down, those whom it knows by their history, and says how old its word is", async () => {
  const { database, server, ask, goLive } = await setUp();
  await goLive();
  await addHistories(database, { ann: ["i07", "i08"], bea: ["i03", "i04"] });
  await server.live.look();
  const before = await ask("user=ann");
  expect(before.body.fallback).toBe(false);
  expect(Number(before.age)).toBeLessThan(5);
  const back = await takeAway(database);
  await expect.poll(() => server.live.databaseProblem).not.toBeNull();
  for (let request = 0; request < 20; request++) {
    expect(await ask("user=ann")).toMatchObject({
      ...{ status: 200, version: 1 },
      body: { fallback: false, items: before.body.items },
    });
    expect(await ask("user=bea")).toMatchObject({ status: 200, version: 1, body: { fallback: true } });
  }
  const { body: health, statusCode } = await server.app.inject({ url: "/readyz" });
  expect(statusCode).toBe(200);
  expect(JSON.parse(health)).toMatchObject({ status: "degraded", localFolder: "ok" });
  expect(JSON.parse(health).database).not.toBe("ok");
  await expect.poll(async () => Number((await ask("user=ann")).age), { timeout: 5_000 }).toBeGreaterThan(1);
  await back();
  await expect.poll(async () => (await ask("user=bea")).body.fallback).toBe(false);
  await expect.poll(async () => Number((await ask("user=ann")).age)).toBeLessThan(2);
});

it("lets a revoked token ask for no longer than a moment", async () => {
  const { db, ask, goLive } = await setUp();
  await goLive();
  expect((await ask("user=ann")).status).toBe(200);
  await db.updateTable("token").set({ revoked_at: new Date() }).execute();
  await expect.poll(async () => (await ask("user=ann")).status).toBe(401);
});
