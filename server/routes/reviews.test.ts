import { expect, it } from "vitest";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addOpenReview } from "../../tests/support/shop.ts";

async function setUp() {
  const database = await testDatabase();
  const server = await testServer(database);
  const reviewer = await server.asProgram("reviewer");
  const run = await addOpenReview(database.db);
  const get = (url: string, headers = reviewer) => server.app.inject({ url, headers });
  const post = (url: string, payload: object) =>
    server.app.inject({ method: "POST", url, payload, headers: reviewer });
  const seen = { releaseDigest: run.releaseDigest, reportDigest: run.reportDigest };
  return { db: database.db, server, run, seen, get, post };
}

it("shows a review with report, digests and whether this person may decide", async () => {
  const { server, run, seen, get } = await setUp();
  const url = `/api/runs/${run.runId}/review`;
  const review = (await get(url)).json();
  expect(review).toMatchObject({
    ...seen,
    model: "shop",
    candidate: "similar",
    state: "open",
    mayDecide: true,
  });
  expect(review.report).toMatchObject({ schemaVersion: 1, verdict: "pass" });
  expect(review.decision).toBeNull();
  expect((await get(url, await server.asProgram("deployer"))).json()).toMatchObject({ mayDecide: false });
});

it("takes a decision, and shows it from then on", async () => {
  const { run, seen, get, post } = await setUp();
  const reject = { verdict: "reject", ...seen, reason: "the derby is missing" };
  const made = await post(`/api/runs/${run.runId}/decisions`, reject);
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ verdict: "reject", channel: "cli", by: "reviewer-1" });
  const review = (await get(`/api/runs/${run.runId}/review`)).json();
  expect(review).toMatchObject({ state: "rejected", mayDecide: false, decision: made.json() });
});

it("refuses a decision on what the person didn't see, with 409", async () => {
  const { db, run, seen, post } = await setUp();
  const url = `/api/runs/${run.runId}/decisions`;
  const stale = await post(url, { verdict: "approve", ...seen, reportDigest: "f".repeat(64) });
  expect(stale.json()).toMatchObject({ status: 409, code: "conflict" });
  expect(stale.json().detail).toContain("is not the one that you saw; look at it again");
  const nonsense = await post(url, { verdict: "maybe", ...seen, releaseDigest: "7" });
  expect(nonsense.json()).toMatchObject({ status: 400, code: "invalid_input" });
  expect(nonsense.json().detail.split("\n")).toEqual([
    'body.verdict: "maybe" is not known; write "approve" or "reject"',
    'body.releaseDigest: "7" is not a digest of 64 hexadecimal digits',
  ]);
  expect(await db.selectFrom("decision").select("id").execute()).toEqual([]);
});

it("lists open reviews first, and says which have expired", async () => {
  const { db, run, seen, get, post } = await setUp();
  const late = await addOpenReview(db, { waitMs: -1 });
  const decided = await addOpenReview(db);
  const { releaseDigest, reportDigest } = decided;
  await post(`/api/runs/${decided.runId}/decisions`, { verdict: "approve", releaseDigest, reportDigest });
  const list = (await get("/api/reviews")).json() as { runId: string; state: string }[];
  expect(list.map(({ runId, state }) => [runId, state])).toEqual([
    [run.runId, "open"],
    [decided.runId, "approved"],
    [late.runId, "expired"],
  ]);
  expect(list[0]).not.toHaveProperty("report");
  expect(seen.releaseDigest).not.toBe(releaseDigest);
});

it("gives a one-time code for Temporal's page, never to be kept by a cache", async () => {
  const { run, seen, post } = await setUp();
  const given = await post(`/api/runs/${run.runId}/review-codes`, { verdict: "approve", ...seen });
  expect(given.statusCode).toBe(201);
  expect(given.headers["cache-control"]).toBe("no-store");
  expect(given.json()).toMatchObject({ signal: "approval", code: expect.stringMatching(/^holt_/) });
});
