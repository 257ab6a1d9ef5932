import { connect } from "node:net";
import { expect, it } from "vitest";
import { problemSchema } from "../core/api.ts";
import { openDatabase } from "../db/connection.ts";
import { testDatabase } from "../tests/support/database.ts";
import { testServer } from "../tests/support/server.ts";
import { addLiveVersion } from "../tests/support/shop.ts";

async function setUp() {
  const database = await testDatabase();
  const server = await testServer(database);
  const headers = await server.asProgram("admin");
  const post = (url: string, payload: string | Buffer, type = "application/json") =>
    server.app.inject({ method: "POST", url, payload, headers: { ...headers, "content-type": type } });
  return { db: database.db, server, headers, post };
}

/** PostgreSQL has no year 0, and ISO 8601 has one. */
function timed(body: object): string {
  const year0 = "0000-01-01T00:00:00Z";
  return JSON.stringify({ ...body, from: year0, until: year0, reason: "x" });
}

it("repeats no half of a character, which would be no JSON", async () => {
  const { post } = await setUp();
  for (const before of ["", "x"]) {
    const answer = await post(
      "/api/runs",
      JSON.stringify({ model: 7, [before + "😀".repeat(60)]: 1, runKey: before + "😀".repeat(300) }),
    );
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail.isWellFormed()).toBe(true);
    expect(answer.json().detail).toContain("😀");
  }
});

it("gives one shape for every way to fail, without a stack, a statement or a path", async () => {
  const { db, server, headers, post } = await setUp();
  await addLiveVersion(db);
  const get = (url: string) => server.app.inject({ url, headers });
  const failures = [
    [400, "invalid_input", await post("/api/runs", "{")],
    [400, "invalid_input", await post("/api/runs", "")],
    [400, "invalid_input", await post("/api/runs", '{"__proto__":{"model":"x"}}')],
    [400, "invalid_input", await post("/api/runs", '{"model":7,"colour":"red"}')],
    [400, "invalid_input", await post("/api/runs", `${"[".repeat(30_000)}${"]".repeat(30_000)}`)],
    [
      400,
      "invalid_input",
      await post("/api/models/shop/rollbacks", '{"expectedVersion":1,"reason":"a\\u0000"}'),
    ],
    [400, "invalid_input", await post("/api/safeguards", timed({ kind: "freeze", model: "shop" }))],
    [400, "invalid_input", await post("/api/models/shop/rules", timed({ kind: "ban", itemId: "a" }))],
    [400, "invalid_input", await post("/api/delegations", timed({ to: "x" }))],
    [400, "invalid_input", await get("/api/runs/%00")],
    [400, "invalid_input", await get("/api/runs/%zz")],
    [400, "invalid_input", await get(`/api/runs/${"x".repeat(260)}`)],
    [401, "not_signed_in", await server.app.inject({ url: "/api/runs" })],
    [404, "not_found", await get("/api/runs/none")],
    [404, "not_found", await get("/api/runs/'%3B%20drop%20table%20run%3B--")],
    [404, "not_found", await post("/api/runs", '{"model":"none"}')],
    [404, "no_route", await get("/api/nothing")],
    [404, "no_route", await get("/v1/models/shop")],
    [404, "no_route", await get(`/api/runs/${"x".repeat(400)}`)],
    [404, "no_route", await server.app.inject({ method: "PUT", url: "/api/runs", headers })],
    [
      409,
      "conflict",
      await post("/api/models/shop/rollbacks", '{"expectedVersion":1,"toVersion":1,"reason":"a"}'),
    ],
    [413, "body_too_large", await post("/api/runs", `"${"x".repeat(70_000)}"`)],
    [
      415,
      "unsupported_media_type",
      await post("/api/runs", "model=shop", "application/x-www-form-urlencoded"),
    ],
  ] as const;
  for (const [status, code, answer] of failures) {
    expect(`${answer.statusCode} ${answer.body}`).toContain(`${status} {`);
    expect(answer.headers["content-type"]).toContain("application/problem+json");
    expect(problemSchema.strict().parse(answer.json())).toMatchObject({
      status,
      code,
      type: `urn:holt:error:${code}`,
    });
    expect(answer.body).not.toMatch(/node_modules|\.ts:|select |at \w+ \(/);
  }
  expect(await db.selectFrom("run").select("id").execute()).toHaveLength(1);
});

it("says what is wrong with each part of a body, and what would be right", async () => {
  const { post } = await setUp();
  const answer = await post("/api/runs", '{"model":7,"fresh":"yes","runKey":"a b","colour":"red"}');
  expect(answer.json().detail.split("\n")).toEqual([
    "body.model: 7 is not text; write text in quotes",
    'body.runKey: "a b" is not a run key; use letters, digits and . _ : -, 100 at most',
    'body.fresh: "yes" is not a boolean; write true or false',
    'body.colour: "colour" is not a setting here; known are "model", "runKey", "baselineOnly", "fresh"',
  ]);
});

it("says how to add what an address lacks, and that a path leads nowhere", async () => {
  const { server, headers } = await setUp();
  const lacking = await server.app.inject({ url: "/v1/models/shop/recommendations?k=3", headers });
  expect(lacking.json()).toMatchObject({
    status: 400,
    code: "invalid_input",
    detail: 'query.user: is missing; add it to the address, as in "?name=value"',
  });
  await server.app.listen({ port: 0 });
  for (const path of ["/%2e%2e/x.js", "/assets/%2e%2e/%2e%2e/x.js"]) {
    const out = await say(
      server.app.server.address(),
      `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    );
    expect(out).toMatch(/^HTTP\/1\.1 404 /);
    expect(out).toContain(
      '"detail":"path: leads out of the pages\' folder; correct the address, see docs/http.md"',
    );
  }
});

it("says that PostgreSQL cannot be reached, and nothing of why", async () => {
  const away = openDatabase("postgresql://holt:secret@127.0.0.1:1/none", { applicationName: "holt-test" });
  const server = await testServer(away);
  const headers = { authorization: `Bearer holt_${"x".repeat(43)}` };
  for (const url of ["/api/runs", "/v1/models/shop/recommendations?user=ann"]) {
    const answer = await server.app.inject({ url, headers });
    expect(answer.json()).toMatchObject({ status: 503, code: "unavailable" });
    expect(answer.body).not.toContain("127.0.0.1");
  }
  const ready = await server.app.inject({ url: "/readyz" });
  expect(ready.statusCode).toBe(503);
  expect(ready.json()).toMatchObject({ status: "not ready", models: {} });
  expect((await server.app.inject({ url: "/livez" })).json()).toEqual({ status: "alive" });
});

it("answers what isn't HTTP by the same shape, and headers that are too large", async () => {
  const { server } = await setUp();
  await server.app.listen({ port: 0 });
  const nonsense = await say(server.app.server.address(), "HELLO\r\n\r\n");
  expect(nonsense).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(nonsense.split("\r\n\r\n")[1] ?? "")).toMatchObject({
    status: 400,
    code: "invalid_input",
  });
  const large = await say(
    server.app.server.address(),
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
  );
  expect(JSON.parse(large.split("\r\n\r\n")[1] ?? "")).toMatchObject({
    status: 431,
    code: "headers_too_large",
  });
});

function say(address: unknown, text: string): Promise<string> {
  const { port } = address as { port: number };
  return new Promise((resolve, reject) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => {
      heard += chunk;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(heard));
  });
}
