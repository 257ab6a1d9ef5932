import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../db/connection.ts";
import { timedId } from "../../store/timed-id.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { type TestServer, testServer } from "../../tests/support/server.ts";
import type { ServerOptions } from "../../tests/support/server-at.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";

async function setUp(options: ServerOptions = {}) {
  const database = await testDatabase();
  const server = await testServer(database, options);
  const headers = await server.asProgram("service");
  const stored = async () => {
    await server.spool.flush();
    return database.db.selectFrom("outcome").selectAll().orderBy("received_at").orderBy("id").execute();
  };
  const tell = (outcomes: unknown, by = headers) => tellTo(server, by, outcomes);
  return { db: database.db, database, server, headers, tell, stored };
}

async function tellTo(server: TestServer, headers: Record<string, string>, outcomes: unknown) {
  const { statusCode, json } = await server.app.inject({
    ...{ method: "POST", url: "/v1/outcomes", headers },
    payload: { outcomes } as object,
  });
  return { status: statusCode, body: json() };
}

const click = (id: string, recommendationId: string = timedId()) => ({
  ...{ kind: "click", id, recommendationId, itemId: "i07" },
});

it("stores what came of a recommendation: what, which item, when, how much money, and who told of it", async () => {
  const { db, server, headers, tell, stored } = await setUp();
  await addLiveVersion(db, { artifacts: await storeModels(server.artifacts) });
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(1);
  const shown = await server.app.inject({ url: "/v1/models/shop/recommendations?user=ann&k=1", headers });
  const { recommendationId, items } = shown.json();
  const common = { recommendationId, itemId: items[0].id };
  const before = Date.now();
  expect(
    await tell([
      { kind: "click", id: "1", ...common },
      { kind: "play", id: "2", ...common, at: "2026-11-24T20:15:00+01:00" },
      { kind: "spend", id: "3", ...common, amount: "12.50", currency: "EUR" },
      { kind: "spend", id: "4", ...common, amountMinor: 1_999, currency: "JPY" },
    ]),
  ).toEqual({ status: 202, body: { accepted: 4, refused: [] } });
  const rows = await stored();
  const { id: teller } = await db
    .selectFrom("person")
    .select("id")
    .where("name", "=", "service-1")
    .executeTakeFirstOrThrow();
  const row = (id: string, kind: string, amount: string | null, currency: string | null) => ({
    ...{ id, kind, amount, currency, item_id: items[0].id, recommendation_id: recommendationId },
    ...{ reported_by: teller, at: expect.any(Date) },
    ...{ received_at: expect.any(Date), stored_at: expect.any(Date) },
  });
  expect(rows).toEqual([
    row("1", "click", null, null),
    row("2", "play", null, null),
    row("3", "spend", "12.50", "EUR"),
    row("4", "spend", "1999", "JPY"),
  ]);
  expect(rows[1]?.at).toEqual(new Date("2026-11-24T19:15:00Z"));
  expect(rows[0]?.at).toEqual(rows[0]?.received_at);
  expect(rows[0]?.received_at.getTime()).toBeGreaterThanOrEqual(before);
  const found = await db
    .selectFrom("outcome")
    .innerJoin("exposure", "exposure.id", "outcome.recommendation_id")
    .select("user_id")
    .execute();
  expect(found).toEqual(Array(4).fill({ user_id: "ann" }));
});

it("counts the same told again once, whatever it says then, and another program's of the same name as another", async () => {
  const { server, tell, stored } = await setUp();
  const first = click("c1");
  expect((await tell([first, first])).body.accepted).toBe(2);
  await stored();
  expect((await tell([{ ...first, itemId: "i08" }, first])).status).toBe(202);
  await tell([{ ...first, itemId: "i09" }], await server.asProgram("service"));
  expect((await stored()).map(({ item_id }) => item_id)).toEqual(["i07", "i09"]);
});

it("takes an outcome whose exposure isn't stored yet, comes years late, or is nobody's", async () => {
  const { tell, stored, db } = await setUp();
  expect((await tell([{ ...click("late"), at: "2024-02-29T12:00:00Z" }, click("nobody's")])).status).toBe(
    202,
  );
  expect((await stored()).map(({ id }) => id)).toEqual(["late", "nobody's"]);
  expect(await db.selectFrom("exposure").select("id").execute()).toEqual([]);
});

it("keeps those that are right beside faulty ones, of which it says place, value and remedy", async () => {
  const { tell, stored } = await setUp();
  const faulty = { ...click("x"), kind: "spend", amount: "1,50", currency: "EUR" };
  expect(await tell([click("1"), faulty, click("2")])).toEqual({
    status: 207,
    body: {
      accepted: 2,
      refused: [
        {
          index: 1,
          problem:
            'outcomes[1].amount: "1,50" is not an amount; write digits, as in "12.50", none of them negative',
        },
      ],
    },
  });
  expect((await stored()).map(({ id }) => id)).toEqual(["1", "2"]);
});

it("refuses a request in which nothing is right, with what is wrong", async () => {
  const { tell, stored } = await setUp();
  const { status, body } = await tell(Array.from({ length: 25 }, () => ({ ...click("x"), itemId: "" })));
  expect([status, body.code]).toEqual([400, "invalid_input"]);
  const lines = body.detail.split("\n");
  expect(lines[0]).toBe("outcomes[0].itemId: is empty; name the item");
  expect(lines.slice(20)).toEqual(["and 5 more"]);
  for (const outcomes of [[], "x", Array(1_001).fill(click("1"))])
    expect((await tell(outcomes)).status).toBe(400);
  expect(await stored()).toEqual([]);
});

it("takes a thousand with long names in one request, and no megabytes", async () => {
  const { tell, stored } = await setUp();
  const long = Array.from({ length: 1_000 }, (_, at) => ({
    ...click(`${at}`.padEnd(200, "x")),
    itemId: "y".repeat(200),
  }));
  expect((await tell(long)).body).toEqual({ accepted: 1_000, refused: [] });
  expect(await stored()).toHaveLength(1_000);
  expect((await tell([{ ...click("1"), itemId: "y".repeat(2 ** 20) }])).status).toBe(413);
});

it("says that it cannot keep them, so that they are told again, and keeps none of them", async () => {
  const { tell, stored } = await setUp({ spoolBytes: 500 });
  const { status, body } = await tell(Array.from({ length: 10 }, (_, at) => click(`${at}`)));
  expect([status, body.code]).toEqual([503, "not_kept"]);
  expect(body.detail).toBe("outcomes: cannot be kept just now; send them again in some seconds");
  expect(await stored()).toEqual([]);
});

it("takes them from the product alone, not from those whose models are compared", async () => {
  const { server, tell, stored } = await setUp();
  for (const role of ["viewer", "submitter", "reviewer", "deployer", "auditor"] as const)
    expect((await tell([click("1")], await server.asProgram(role))).status).toBe(403);
  expect((await tell([click("1")], {} as never)).status).toBe(401);
  expect(await stored()).toEqual([]);
});

it("takes them while PostgreSQL is away, of whom it knows, and stores them when it is back", async () => {
  const folder = await mkdtemp(join(tmpdir(), "holt-outcomes-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const of = { servingFolder: join(folder, "serving"), spoolFolder: join(folder, "spool") };
  const { server, headers, tell, stored, db, database } = await setUp(of);
  const submitter = await server.asProgram("submitter");
  await tell([click("before")]);
  await server.app.inject({ url: "/v1/models/shop/recommendations?user=ann", headers: submitter }); // kept, too
  await stored();
  await server.close();
  const nowhere = openDatabase("postgresql://holt:none@127.0.0.1:1/none", { applicationName: "holt-test" });
  onTestFinished(nowhere.close);
  const alone = await testServer(nowhere, of);
  expect((await tellTo(alone, headers, [click("meanwhile")])).status).toBe(202);
  expect((await tellTo(alone, submitter, [click("by another")])).status).toBe(403);
  await alone.close();
  expect(await db.selectFrom("outcome").select("id").execute()).toEqual([{ id: "before" }]);
  const back = await testServer(database, of);
  await back.spool.flush();
  const ids = await db.selectFrom("outcome").select("id").orderBy("received_at").execute();
  expect(ids.map(({ id }) => id)).toEqual(["before", "meanwhile"]);
});
