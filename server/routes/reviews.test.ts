import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { openIncident } from "../../db/incidents.ts";
import { insertRun } from "../../db/runs.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { testServer } from "../../tests/support/server.ts";
import { addOpenReview, addShop } from "../../tests/support/shop.ts";

async function setUp() {
  const database = await testDatabase();
  const server = await testServer(database);
  const reviewer = await server.asProgram("reviewer");
  const run = await addOpenReview(database.db);
  const get = (url: string, headers = reviewer) => server.app.inject({ url, headers });
  const post = (url: string, payload: object) =>
    server.app.inject({ method: "POST", url, payload, headers: reviewer });
  const seen = { releaseDigest: run.releaseDigest, reportDigest: run.reportDigest };
  return { db: database.db, server, reviewer, run, seen, get, post };
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
  expect(review).toMatchObject({
    mayNotDecideBecause: null,
    mayComment: true,
    approvals: 0,
    approvalsNeeded: 1,
  });
  expect(review.report).toMatchObject({ schemaVersion: 2, verdict: "pass" });
  expect(review).toMatchObject({ decisions: [], comments: [], supersededBy: null, supersedes: null });
  expect((await get(url, await server.asProgram("deployer"))).json()).toMatchObject({
    mayDecide: false,
    mayNotDecideBecause: "You are not a reviewer.",
    mayComment: false,
  });
});

it("takes a decision, and shows it from then on", async () => {
  const { run, seen, get, post } = await setUp();
  const reject = { verdict: "reject", ...seen, reason: "the derby is missing" };
  const made = await post(`/api/runs/${run.runId}/decisions`, reject);
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ verdict: "reject", channel: "api", by: "reviewer-1" });
  const review = (await get(`/api/runs/${run.runId}/review`)).json();
  expect(review).toMatchObject({
    state: "rejected",
    mayDecide: false,
    mayNotDecideBecause: "It is rejected already.",
    decisions: [made.json()],
  });
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
    'body.verdict: "maybe" is not known; write "approve" or "reject" or "ask"',
    'body.releaseDigest: "7" is not a digest of 64 hexadecimal digits',
  ]);
  expect(await db.selectFrom("decision").select("id").execute()).toEqual([]);
});

it("lists open reviews first, and says which have expired", async () => {
  const { db, run, seen, get, post } = await setUp();
  const late = await addOpenReview(db, { model: "late", waitMs: -1 });
  const decided = await addOpenReview(db, { model: "decided" });
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

it("says in words why this person may not decide, and which run took whose place", async () => {
  const { db, server, run, get } = await setUp();
  const headers = await server.asProgram("admin");
  const admin = await db
    .selectFrom("person")
    .select("id")
    .where("name", "=", "admin-2")
    .executeTakeFirstOrThrow();
  const own = await addOpenReview(db, { model: "own", requesterId: admin.id });
  expect((await get(`/api/runs/${own.runId}/review`, headers)).json()).toMatchObject({
    mayDecide: false,
    mayNotDecideBecause: "You started this run, so somebody else decides.",
  });
  const newer = await addOpenReview(db);
  expect((await get(`/api/runs/${run.runId}/review`)).json()).toMatchObject({
    state: "superseded",
    supersededBy: newer.runId,
    mayNotDecideBecause: `A newer run, ${newer.runId}, took its place.`,
  });
  expect((await get(`/api/runs/${newer.runId}/review`)).json()).toMatchObject({ supersedes: run.runId });
});

it("shows a question as such, and that its asker may still decide", async () => {
  const { run, seen, get, post } = await setUp();
  await post(`/api/runs/${run.runId}/decisions`, { verdict: "ask", ...seen, reason: "why no derby?" });
  const review = (await get(`/api/runs/${run.runId}/review`)).json();
  expect(review).toMatchObject({ state: "changes_requested", mayDecide: true, approvals: 0 });
  expect((await get("/api/reviews")).json()).toMatchObject([{ state: "changes_requested" }]);
});

it("quotes what was asked of the run before, names open incidents, and says which run looked again and changed nothing", async () => {
  const { db, run, seen, get, post } = await setUp();
  const review = async (runId: string) => (await get(`/api/runs/${runId}/review`)).json();
  expect(await review(run.runId)).toMatchObject({
    askedBefore: [],
    answeredByNoChange: [],
    openIncidents: [],
  });
  await post(`/api/runs/${run.runId}/decisions`, { verdict: "ask", ...seen, reason: "why no derby?" });
  const again = await insertRun(db, {
    ...{ id: "shop-again", model: "shop", run_key: "again", as_of: new Date(), trigger: "person" },
    definition_digest: await addShop(db),
    ...{ person_id: null, champion_version: null, workflow_id: "run/shop/again" },
  });
  const end = { state: "finished", outcome: "no_change", outcome_reason: "the same model" } as const;
  await db
    .updateTable("run")
    .set({ ...end, finished_at: new Date() })
    .where("id", "=", again.run.id)
    .execute();
  const found = { model: "shop", cause: "source:titles", title: "shop: titles stand still", symptoms: [] };
  const id = await db.transaction().execute((trx) => openIncident(trx, { ...found, at: new Date() }));
  expect(await review(run.runId)).toMatchObject({
    answeredByNoChange: [{ runId: "shop-again", reason: "the same model" }],
    openIncidents: [{ id, title: "shop: titles stand still" }],
  });
  const newer = await addOpenReview(db);
  expect(await review(newer.runId)).toMatchObject({
    askedBefore: [{ verdict: "ask", reason: "why no derby?" }],
    answeredByNoChange: [],
    openIncidents: [{ id }],
  });
});

it("takes comments on the report and on its checks, also after the end, but on no check that isn't there", async () => {
  const { run, seen, get, post } = await setUp();
  const url = `/api/runs/${run.runId}/comments`;
  const made = await post(url, { checkId: "coverage.people", text: "fine by me" });
  expect(made.statusCode).toBe(201);
  await post(`/api/runs/${run.runId}/decisions`, { verdict: "approve", ...seen });
  await post(url, { text: "thank you all" });
  const { comments } = (await get(`/api/runs/${run.runId}/review`)).json();
  expect(comments).toMatchObject([
    { checkId: "coverage.people", by: "reviewer-1", text: "fine by me" },
    { checkId: null, text: "thank you all" },
  ]);
  expect(comments[0]).toEqual(made.json());
  expect((await post(url, { checkId: "coverage.cows", text: "?" })).json()).toMatchObject({
    code: "not_found",
  });
  expect((await post(url, { text: "" })).statusCode).toBe(400);
});

it("hands a reviewer's place to another for a time, and says who holds whose", async () => {
  const { server, reviewer, get, post } = await setUp();
  await server.asProgram("reviewer");
  await server.asProgram("viewer");
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const lend = (to: string) => post("/api/delegations", { to, until, reason: "on holiday" });
  const made = await lend("reviewer-2");
  expect(made.statusCode).toBe(201);
  expect(made.json()).toMatchObject({ from: "reviewer-1", to: "reviewer-2", until, reason: "on holiday" });
  expect((await get("/api/delegations")).json()).toEqual([made.json()]);
  const end = (id: string, headers = reviewer) =>
    server.app.inject({ method: "DELETE", url: `/api/delegations/${id}`, headers });
  const stranger = await end(made.json().id, await server.asProgram("reviewer"));
  expect([stranger.statusCode, stranger.json().detail]).toEqual([
    403,
    expect.stringContaining("is neither from you nor to you"),
  ]);
  expect((await get("/api/delegations")).json()).toEqual([made.json()]);
  expect((await end("7")).json()).toMatchObject({ code: "invalid_input" });
  expect((await end(randomUUID())).json()).toMatchObject({ code: "not_found" });
  expect((await end(made.json().id)).statusCode).toBe(204);
  expect((await end(made.json().id)).statusCode).toBe(204);
  expect((await get("/api/delegations")).json()).toEqual([]);
  expect((await lend("viewer-3")).json()).toMatchObject({ code: "conflict" });
  expect((await lend("reviewer-1")).json()).toMatchObject({ code: "conflict" });
  expect((await lend("nobody")).json()).toMatchObject({ code: "not_found" });
  const past = { to: "reviewer-2", until: "2020-01-01T00:00:00Z", reason: "late" };
  expect((await post("/api/delegations", past)).json()).toMatchObject({ code: "invalid_input" });
});
