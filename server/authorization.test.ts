import { tmpdir } from "node:os";
import fastify from "fastify";
import { expect, it } from "vitest";
import { ABILITIES, type Ability, ROLES } from "../core/roles.ts";
import { disablePerson, issueToken, revokeToken, SET_UP } from "../operations/people.ts";
import { testDatabase } from "../tests/support/database.ts";
import { type TestServer, testServer } from "../tests/support/server.ts";
import { addAuthorization } from "./authorization.ts";
import { KeptTokens } from "./kept-tokens.ts";
import { TokenCache } from "./token-cache.ts";

/** An address of each route, with nothing behind it: who gets past the door gets a 400 or 404, or an empty list. */
function callsOf({ app }: TestServer) {
  return app.declaredRoutes
    .filter(({ ability }) => ability !== "public")
    .map(({ method, url, ability }) => ({
      method: method as "GET",
      url: url.replace(/:[a-zA-Z]+/g, "1").replace("recommendations", "recommendations?user=u"),
      ability,
    }));
}

it("lets nobody in without a token that opens something, on any route", async () => {
  const database = await testDatabase();
  const server = await testServer(database);
  const good = await server.asProgram("admin");
  const token = good.authorization.slice("Bearer ".length);
  const { token: revoked } = await issueToken(server.operations, SET_UP, {
    name: "admin-1",
    label: "r",
    ttlMs: 60_000,
  });
  await revokeToken(server.operations, SET_UP, { name: "admin-1", label: "r" });
  const expired = await issueToken(server.operations, SET_UP, { name: "admin-1", ttlMs: 60_000 });
  await database.db
    .updateTable("token")
    .set({ expires_at: new Date(0) })
    .where("label", "=", "")
    .where("token_sha256", "!=", await hashOf(token))
    .execute();
  const disabled = await server.asProgram("admin");
  await disablePerson(server.operations, SET_UP, "admin-2");
  const variants: Record<string, string>[] = [
    {},
    ...["", "Bearer", "Bearer ", "Basic YWRtaW46YWRtaW4=", `Basic ${token}`, token, `Bearer ${token}x`].map(
      header,
    ),
    ...[`Bearer ${token} ${token}`, `Bearer ${revoked}`, `Bearer ${expired.token}`, "Bearer null"].map(
      header,
    ),
    disabled,
    { cookie: `holt-session=${token}`, "sec-fetch-site": "same-origin" },
    { cookie: "holt-session=x", "sec-fetch-site": "same-origin" },
    { "x-forwarded-user": "admin", "x-http-method-override": "GET" },
  ];
  const calls = callsOf(server);
  expect(calls.length).toBeGreaterThan(20);
  for (const { method, url } of calls)
    for (const headers of variants) {
      const answer = await server.app.inject({ method, url, headers });
      expect(`${method} ${url} ${JSON.stringify(headers)}: ${answer.statusCode}`).toMatch(/: 401$/);
      if (method !== ("HEAD" as string)) expect(answer.json()).toMatchObject({ code: "not_signed_in" });
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
    }
  const me = await server.app.inject({ url: "/api/me", headers: good });
  expect(me.json()).toMatchObject({ name: "admin-1", roles: ["admin"] });
});

it("lets each role do what core/roles.ts says, on any route, and nothing else", async () => {
  const server = await testServer(await testDatabase());
  const calls = callsOf(server);
  for (const role of ROLES) {
    const headers = await server.asProgram(role);
    for (const { method, url, ability } of calls) {
      const may =
        ability === "signed-in" || (ABILITIES[ability as Ability] as readonly string[]).includes(role);
      const answer = await server.app.inject({ method, url, headers });
      const refused = answer.statusCode === 403;
      expect(`${role} ${method} ${url}: ${refused ? "refused" : "let in"}`).toBe(
        `${role} ${method} ${url}: ${may ? "let in" : "refused"}`,
      );
      expect(answer.statusCode).not.toBe(401);
      expect(answer.statusCode).toBeLessThan(500);
    }
  }
});

it("shows no data at an address that only looks like a route", async () => {
  const server = await testServer(await testDatabase());
  const headers = await server.asProgram("admin");
  const tricks = [
    "//api/runs",
    "/api//runs",
    "/api/runs/",
    "/API/runs",
    "/api/runs;x",
    "/api/runs%2f",
    "/api/./runs",
  ];
  const more = ["/x/../api/runs", "/api/%2e%2e/api/runs", "/api\\runs", "/livez/../api/runs", "/%61pi/runs."];
  for (const url of [...tricks, ...more]) {
    const open = await server.app.inject({ url });
    expect(`${url}: ${open.statusCode}`).toMatch(/: (400|401|404)$/);
    expect(open.headers["content-type"]).toContain("application/problem+json");
  }
  const real = await server.app.inject({ url: "/api/runs", headers });
  expect(real.statusCode).toBe(200);
});

it("doesn't start with a route that doesn't say who may use it", async () => {
  const app = fastify();
  const operations = { database: await testDatabase() };
  const kept = new KeptTokens({ ...operations, folder: tmpdir(), onProblem: () => {} });
  addAuthorization(app, { operations, tokens: new TokenCache(operations, kept), secure: false });
  expect(() => app.get("/api/open", async () => "all")).toThrow(
    'route GET /api/open: says not who may use it; give it a config.ability ("public" for everybody)',
  );
  app.get("/api/closed", { config: { ability: "look" } }, async () => "some");
  await app.ready();
});

function header(authorization: string) {
  return { authorization };
}

async function hashOf(secret: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(secret));
  return Buffer.from(bytes).toString("hex");
}
