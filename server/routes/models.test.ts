import { expect, it } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addLiveVersion, addOpenReview, addShop } from "../../tests/support/shop.ts";

async function setUp() {
  const database = await testDatabase();
  const server = await testServer(database);
  const headers = await server.asProgram("deployer");
  const get = async (url: string) => (await server.app.inject({ url, headers })).json();
  const post = (url: string, payload?: object) =>
    server.app.inject({ method: "POST", url, headers, ...(payload ? { payload } : {}) });
  return { db: database.db, get, post };
}

it("lists models with what is live and what waits for a person", async () => {
  const { db, get } = await setUp();
  await addLiveVersion(db);
  await addOpenReview(db);
  await addShop(db, "cinema");
  await db
    .insertInto("incident")
    .values({ model: "cinema", cause: "source:sales", title: "old", symptoms: "[]" })
    .execute();
  const [cinema, shop] = await get("/api/models");
  expect(cinema).toMatchObject({ name: "cinema", live: null, openIncidents: 1, waitingForReview: 0 });
  expect(shop).toMatchObject({ name: "shop", live: { version: 1, candidate: "similar" }, openIncidents: 0 });
  expect(shop).toMatchObject({ waitingForReview: 2, runsUnderWay: 0, needAttention: 0, schedule: null });
});

it("shows versions with their figures, history with who decided, and rolls back", async () => {
  const { db, get, post } = await setUp();
  const { runId } = await addLiveVersion(db);
  await addLiveVersion(db);
  const detail = { subject: "similar", ndcg: 0.25, recall: 0.3, coverage: null };
  await db
    .insertInto("step")
    .values({
      run_id: runId,
      name: "evaluate:similar",
      kind: "evaluate",
      position: 9,
      detail: JSON.stringify(detail),
    })
    .execute();
  const versions = await get("/api/models/shop/versions");
  expect(versions).toMatchObject([
    { version: 2, isLive: true, ndcg: null },
    { version: 1, isLive: false, ndcg: 0.25, recall: 0.3, coverage: null, decidedBy: expect.any(String) },
  ]);
  const url = "/api/models/shop/rollbacks";
  const back = await post(url, { expectedVersion: 2, reason: "spend fell 4 %" });
  expect(back.statusCode).toBe(201);
  const stale = await post(url, { expectedVersion: 2, reason: "again" });
  expect(stale.json()).toMatchObject({ status: 409, code: "conflict" });
  const history = await get("/api/models/shop/history");
  expect(history[0]).toEqual(back.json());
  expect(history).toMatchObject([
    { kind: "rollback", version: 1, previousVersion: 2, by: "deployer-1", reason: "spend fell 4 %" },
    { kind: "deploy", version: 2, previousVersion: 1 },
    { kind: "deploy", version: 1, previousVersion: null, runId },
  ]);
});

it("asks a rollback for a reason and numbers that are versions", async () => {
  const { db, post } = await setUp();
  await addLiveVersion(db);
  const detail = async (payload: object) => (await post("/api/models/shop/rollbacks", payload)).json().detail;
  expect(await detail({ expectedVersion: 1, reason: "" })).toBe(
    "body.reason: is empty; say why, it is kept in the audit log",
  );
  expect(await detail({ expectedVersion: 3_000_000_000, reason: "x" })).toContain("body.expectedVersion");
  expect(await detail({ expectedVersion: "1", reason: "x" })).toBe(
    'body.expectedVersion: "1" is not a number; write digits without quotes',
  );
});

it("shows what the monitor saw", async () => {
  const { db, get } = await setUp();
  await addShop(db);
  const check = { id: "freshness:sales", title: "sales", verdict: "fail", value: "3 d", threshold: "36 h" };
  const checks = [{ ...check, explanation: "old", cause: "source:sales" }];
  const run = {
    id: "m1",
    model: "shop",
    version: null,
    at: new Date(0),
    verdict: "fail" as const,
    duration_ms: 12,
  };
  await db
    .insertInto("monitor_run")
    .values({ ...run, checks: JSON.stringify(checks) })
    .execute();
  expect(await get("/api/models/shop/monitor")).toEqual([
    {
      id: "m1",
      model: "shop",
      version: null,
      at: "1970-01-01T00:00:00.000Z",
      verdict: "fail",
      checks,
      durationMs: 12,
    },
  ]);
});

it("says that a model isn't there", async () => {
  const { get, post } = await setUp();
  for (const part of ["versions", "history", "monitor"])
    expect(await get(`/api/models/none/${part}`)).toMatchObject({ status: 404, code: "not_found" });
  const back = await post("/api/models/none/rollbacks", { expectedVersion: 1, reason: "x" });
  expect(back.json()).toMatchObject({ status: 404, code: "not_found" });
});

it("lists, shows and takes care of incidents", async () => {
  const { db, get, post } = await setUp();
  await addShop(db);
  const incident = { model: "shop", cause: "source:sales", title: "sales are old", symptoms: "[]" };
  const { id } = await db.insertInto("incident").values(incident).returning("id").executeTakeFirstOrThrow();
  expect(await get("/api/incidents?model=shop&state=open")).toMatchObject([{ id, cause: "source:sales" }]);
  expect(await get("/api/incidents?state=resolved")).toEqual([]);
  expect(await get(`/api/incidents/${id}`)).toMatchObject({ id, state: "open", acknowledgedBy: null });
  const taken = await post(`/api/incidents/${id}/acknowledgements`);
  expect(taken.statusCode).toBe(201);
  expect(taken.json()).toMatchObject({ state: "acknowledged", acknowledgedBy: "deployer-1" });
  expect(await get("/api/incidents/77")).toMatchObject({
    status: 404,
    detail: 'incident 77: does not exist; see "holt incidents"',
  });
  expect(await get("/api/incidents/x")).toMatchObject({ status: 400 });
});
