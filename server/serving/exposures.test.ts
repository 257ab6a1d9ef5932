import { expect, it } from "vitest";
import type { Recommendations } from "../../core/api.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";

const NO_EXPERIMENT = {
  ...{ experiment: null, assigned_arm: null, unit_id: null },
  ...{ left_out: null, answer_ms: null },
};

async function setUp(options: { spoolBytes?: number } = {}) {
  const database = await testDatabase();
  const { db, pool } = database;
  const server = await testServer(database, options);
  const headers = await server.asProgram("service");
  await addLiveVersion(db, { artifacts: await storeModels(server.artifacts) });
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(1);
  await pool.query("create table data.feature_sold (user_id text, item_id text, event_time timestamptz)");
  await pool.query("insert into data.feature_sold values ('ann', 'i07', now()), ('ann', 'i08', now())");
  await db.updateTable("model").set({ interactions_table: "feature_sold" }).execute();
  await server.live.look();
  const ask = async (query: string): Promise<Recommendations> => {
    const answer = await server.app.inject({
      url: `/v1/models/shop/recommendations?${query}`,
      headers,
    });
    expect(answer.statusCode).toBe(200);
    return answer.json();
  };
  // her history is in memory from now on, so that a slow PostgreSQL makes no answer a popularity list
  await expect.poll(async () => (await ask("user=ann&expose=0")).fallback).toBe(false);
  const health = async () => (await server.app.inject({ url: "/readyz" })).json();
  return { db, pool, server, ask, health };
}

it("stores who was shown what, at which rank with which score, by which version and arm, when, out of how many", async () => {
  const { db, server, ask } = await setUp();
  const before = Date.now();
  const known = await ask("user=ann&k=3");
  const stranger = await ask("user=nobody&k=100");
  expect([known.recorded, stranger.recorded]).toEqual([true, true]);
  await server.spool.flush();
  const found = await db.selectFrom("exposure").selectAll().orderBy("user_id").execute();
  const rows = found.map((row) => ({
    ...row,
    scores: row.scores.map((score) => Math.fround(score ?? Number.NaN)),
  }));
  const rowOf = (
    { recommendationId, model, version, arm, fallback, user, items }: Recommendations,
    k: number,
  ) => ({
    ...{ id: recommendationId, model, version, arm, fallback, user_id: user, k },
    items: items.map(({ id }) => id),
    scores: items.map(({ score }) => score),
    ...{ propensities: null, context: null, at: expect.any(Date), stored_at: expect.any(Date) },
    ...NO_EXPERIMENT,
  });
  expect(rows).toEqual([rowOf(known, 3), rowOf(stranger, 100)]);
  expect([known.arm, stranger.arm]).toEqual(["champion", "fallback"]);
  for (const { at } of rows) {
    expect(at.getTime()).toBeGreaterThanOrEqual(before);
    expect(at.getTime()).toBeLessThanOrEqual(Date.now());
  }
});

it("records nothing that nobody will be shown", async () => {
  const { db, server, ask } = await setUp();
  expect((await ask("user=ann&expose=0")).recorded).toBe(false);
  const seen = await ask("user=ann&expose=1");
  await server.spool.flush();
  expect(await db.selectFrom("exposure").select("id").execute()).toEqual([{ id: seen.recommendationId }]);
});

it("keeps a person's words as they are, whatever is in them", async () => {
  const { db, server, ask } = await setUp();
  const users = ["a\tb\nc\\N", '{"x",\\}', "ü\u2028😀", "\\."];
  for (const user of users) await ask(`user=${encodeURIComponent(user)}`);
  await server.spool.flush();
  const rows = await db.selectFrom("exposure").select("user_id").orderBy("id").execute();
  expect(rows.map(({ user_id }) => user_id).sort()).toEqual(users.sort());
});

it("answers when nothing more can be kept, says so in the answer, counts it, and is ready all the same", async () => {
  const { db, pool, server, ask, health } = await setUp({ spoolBytes: 1_000 });
  const other = await pool.connect();
  await other.query("begin");
  await other.query("lock table exposure in access exclusive mode"); // so PostgreSQL takes nothing
  const kept: string[] = [];
  for (let last = await ask("user=nobody"); last.recorded; last = await ask("user=nobody"))
    kept.push(last.recommendationId);
  expect(kept.length).toBeGreaterThan(0);
  expect((await ask("user=nobody")).items).toHaveLength(10);
  expect(await health()).toMatchObject({
    status: "degraded",
    spool: {
      problem: expect.stringMatching(
        /^spool: is full, 0.0 MB wait for PostgreSQL and 0.0 MB were set aside, of 0.0 MB; mend PostgreSQL, take away what was set aside, or raise HOLT_SPOOL_MAX_MB$/,
      ),
      notRecorded: 2,
    },
  });
  expect(server.problems.map(({ message }) => message)).toEqual(["exposures and outcomes are not recorded"]);
  await other.query("rollback");
  other.release();
  await server.spool.flush();
  await expect
    .poll(async () => {
      const { recorded, recommendationId } = await ask("user=nobody&k=1");
      if (recorded) kept.push(recommendationId);
      return recorded;
    })
    .toBe(true);
  expect(await health()).toMatchObject({ status: "ready", spool: { problem: null } });
  await server.spool.flush();
  const rows = await db.selectFrom("exposure").select("id").orderBy("id").execute();
  expect(rows.map(({ id }) => id)).toEqual(kept.sort());
});
