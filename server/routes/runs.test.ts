import { expect, it } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addOpenReview, addShop } from "../../tests/support/shop.ts";

async function setUp() {
  const database = await testDatabase();
  const server = await testServer(database);
  const engineer = await server.asProgram("deployer");
  const get = (url: string) => server.app.inject({ url, headers: engineer });
  const post = (url: string, payload: object, headers = {}) =>
    server.app.inject({ method: "POST", url, payload, headers: { ...engineer, ...headers } });
  return { db: database.db, server, get, post };
}

it("starts a run by POST, once for an idempotency key, and 50 get the same answer", async () => {
  const { db, post } = await setUp();
  await addShop(db);
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => post("/api/runs", { model: "shop" }, { "idempotency-key": "ci-77" })),
  );
  const distinct = new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`));
  expect([...distinct]).toEqual([`201 ${answers[0]?.body}`]);
  expect(answers[0]?.statusCode).toBe(201);
  expect(answers[0]?.headers["location"]).toBe("/api/runs/shop-ci-77");
  expect(answers[0]?.json()).toMatchObject({
    id: "shop-ci-77",
    workflowId: "run/shop/ci-77",
    state: "running",
    startedBy: "deployer-1",
    alsoOpen: [],
  });
  expect(await db.selectFrom("run").select("id").execute()).toEqual([{ id: "shop-ci-77" }]);
});

it("takes the body's run key before the header's, and names a key that is none", async () => {
  const { db, post } = await setUp();
  await addShop(db);
  const both = await post("/api/runs", { model: "shop", runKey: "mine" }, { "idempotency-key": "other" });
  expect(both.json()).toMatchObject({ id: "shop-mine" });
  const wrong = await post("/api/runs", { model: "shop" }, { "idempotency-key": "two words" });
  expect(wrong.json()).toMatchObject({
    status: 400,
    detail:
      'headers["idempotency-key"]: "two words" is not a run key; use letters, digits and . _ : -, 100 at most',
  });
});

it("shows a run with its steps, their errors and the way to Temporal's page", async () => {
  const { db, get } = await setUp();
  const { runId } = await addOpenReview(db);
  const error = { code: "InvalidInput", message: "sales.csv:7: no", logTail: null };
  await db
    .updateTable("step")
    .set({ error_code: error.code, error_message: error.message })
    .where("name", "=", "ingest:sales")
    .execute();
  const run = (await get(`/api/runs/${runId}`)).json();
  expect(run).toMatchObject({ id: runId, state: "waiting_for_review", outcome: null });
  expect(run.temporalUrl).toBe(
    `http://127.0.0.1:8233/namespaces/default/workflows/${encodeURIComponent(run.workflowId)}`,
  );
  expect(run.steps).toMatchObject([
    { name: "ingest:sales", after: [], state: "waiting", error },
    { name: "review", after: ["ingest:sales"], error: null },
  ]);
  expect((await get("/api/runs/none")).json()).toMatchObject({ status: 404, code: "not_found" });
});

it("lists runs by model and state", async () => {
  const { db, get } = await setUp();
  const first = await addOpenReview(db);
  const second = await addOpenReview(db, { model: "cinema" });
  await db.updateTable("run").set({ state: "running" }).where("id", "=", second.runId).execute();
  const ids = async (query: string) =>
    ((await get(`/api/runs${query}`)).json() as { id: string }[]).map(({ id }) => id).sort();
  expect(await ids("")).toEqual([first.runId, second.runId].sort());
  expect(await ids("?model=shop")).toEqual([first.runId]);
  expect(await ids("?state=running")).toEqual([second.runId]);
  expect(await ids("?model=shop&state=running")).toEqual([]);
  expect((await get("/api/runs?state=lost")).json().detail).toContain('query.state: "lost" is not known');
  expect((await get("/api/runs?colour=red")).json().detail).toContain("query.colour");
});

it("shows the rows that a run's sources set aside, as the file has them, and no more than asked for", async () => {
  const { db, get } = await setUp();
  const { runId } = await addOpenReview(db);
  const snapshot = {
    model: "shop",
    source: "sales",
    input_digest: "a".repeat(64),
    content_digest: "b".repeat(64),
    table_name: "snapshot_sales_1",
    run_id: runId,
    rows_read: 5,
    rows_kept: 2,
    rows_set_aside: 3,
    delivered_at: new Date(),
  };
  const { id } = await db.insertInto("snapshot").values(snapshot).returning("id").executeTakeFirstOrThrow();
  const rows = [2, 4, 5].map((line) => ({
    snapshot_id: id,
    line,
    reason: "not a number",
    raw: `<b>${line},x`,
  }));
  await db.insertInto("set_aside_row").values(rows).execute();
  expect((await get(`/api/runs/${runId}/set-aside`)).json()).toEqual([]);
  await db
    .updateTable("step")
    .set({ detail: JSON.stringify({ snapshotId: id }) })
    .where("run_id", "=", runId)
    .where("name", "=", "ingest:sales")
    .execute();
  expect((await get(`/api/runs/${runId}/set-aside?limit=2`)).json()).toEqual([
    { source: "sales", line: 2, reason: "not a number", raw: "<b>2,x" },
    { source: "sales", line: 4, reason: "not a number", raw: "<b>4,x" },
  ]);
  expect((await get(`/api/runs/${runId}/set-aside?limit=0`)).json()).toMatchObject({ status: 400 });
});

it("takes an answer to a failed step, and says what doesn't fit", async () => {
  const { db, post } = await setUp();
  const { runId } = await addOpenReview(db);
  await db
    .updateTable("step")
    .set({ state: "needs_attention", round: 1 })
    .where("name", "=", "ingest:sales")
    .execute();
  const url = `/api/runs/${runId}/steps/${encodeURIComponent("ingest:sales")}/answers`;
  const skip = await post(url, { answer: "skip", round: 1 });
  expect(skip.json()).toMatchObject({ status: 409, code: "conflict" });
  const retry = await post(url, { answer: "retry", round: 1, reason: "mended" });
  expect(retry.statusCode).toBe(201);
  expect(retry.json()).toMatchObject({ answer: "retry", round: 1, by: "deployer-1", reason: "mended" });
});
