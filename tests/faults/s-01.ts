import fastify from "fastify";
import { disablePerson, issueToken, revokeToken, SET_UP } from "../../operations/people.ts";
import { endSession, openSession } from "../../operations/sessions.ts";
import { addAuthorization } from "../../server/authorization.ts";
import { KeptTokens } from "../../server/kept-tokens.ts";
import { TokenCache } from "../../server/token-cache.ts";
import type { TestServer } from "../support/server-at.ts";
import { type Call, guardedCalls, nameOf, publicRoutes } from "./routes.ts";
import type { FaultContext, FaultRow } from "./row.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
const TTL_MS = 600_000;
/** What anybody may call; a new one is a decision, so it is written here, too. */
const PUBLIC = [
  "POST /api/session",
  "GET /api/sign-in",
  "GET /api/sign-in/provider",
  "GET /api/sign-in/callback",
  "POST /api/slack/interactions",
  "GET /livez",
  "GET /readyz",
  "GET /v2",
  "GET /v2/health/live",
  "GET /v2/health/ready",
  "GET /*",
];

/** No credential, one that was made up, and each one that used to be good, on every route by every method. */
export const s01: FaultRow = {
  id: "S-01",
  title: "No, false, expired or foreign credentials on every route",
  bound: "nobody is let in",
  counts: { quick: 1_500, full: 1_500 },
  async run(context) {
    const database = await context.database();
    const server = await context.server(database);
    const variants = await badCredentials(server);
    const calls = guardedCalls(server);
    const declared = new Set(calls.map(nameOf));
    const open = publicRoutes(server);
    const failures = open
      .filter((route) => !PUBLIC.includes(route) && !PUBLIC.includes(route.replace(/^HEAD/, "GET")))
      .map((route) => `${route} is open to everybody, and nobody decided so`);
    let n = 0;
    for (const url of new Set(calls.map((call) => call.url)))
      for (const method of METHODS.filter((one) => !open.includes(nameOf({ method: one, url }))))
        for (const [name, headers] of Object.entries(variants)) {
          n += 1;
          const { statusCode } = await server.app.inject({ method, url, headers });
          // What isn't declared isn't there, for whomever.
          const expected = declared.has(nameOf({ method, url })) ? [401] : [404, 405];
          if (!expected.includes(statusCode)) failures.push(`${method} ${url} with ${name}: ${statusCode}`);
        }
    failures.push(...(await letsGoodOnesIn(server, calls)), ...(await startsWithoutAbility(context)));
    return { n, failures };
  },
};

async function badCredentials(server: TestServer): Promise<Record<string, Record<string, string>>> {
  const { operations } = server;
  const good = (await server.asProgram("admin")).authorization.slice("Bearer ".length);
  const of = (name: string, label: string) => issueToken(operations, SET_UP, { name, label, ttlMs: TTL_MS });
  const { token: revoked } = await of("admin-1", "revoked");
  await revokeToken(operations, SET_UP, { name: "admin-1", label: "revoked" });
  const { token: expired } = await of("admin-1", "expired");
  await operations.database.db
    .updateTable("token")
    .set({ expires_at: new Date(0) })
    .where("label", "=", "expired")
    .execute();
  const disabled = await server.asProgram("admin");
  await disablePerson(operations, SET_UP, "admin-2");
  const { session } = await openSession(operations, { token: good });
  await endSession(operations, session);
  const samePage = { "sec-fetch-site": "same-origin" };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  return {
    nothing: {},
    "an empty header": { authorization: "" },
    "a scheme alone": { authorization: "Bearer" },
    "another scheme": { authorization: `Basic ${Buffer.from(`admin:${good}`).toString("base64")}` },
    "a made-up token": bearer(`holt_${"A".repeat(43)}`),
    "a token with a letter more": bearer(`${good}x`),
    "a token in other letters": bearer(good.toUpperCase()),
    "another issuer's JWT": bearer("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsImF1ZCI6ImhvbHQifQ."),
    "a revoked token": bearer(revoked),
    "an expired token": bearer(expired),
    "a disabled person's token": disabled,
    "a token as a session": { cookie: `holt-session=${good}`, ...samePage },
    "an ended session": { cookie: `holt-session=${session}`, ...samePage },
    "a session as a token": bearer(session),
    "a proxy's words": { "x-forwarded-user": "admin", "x-remote-user": "admin", forwarded: "for=127.0.0.1" },
  };
}

/** The row's own check: with a good token, the same calls get past the door. */
async function letsGoodOnesIn(server: TestServer, calls: readonly Call[]): Promise<string[]> {
  const headers = await server.asProgram("admin");
  const shutOut: string[] = [];
  for (const { method, url } of calls) {
    if (method === "DELETE") continue;
    const { statusCode } = await server.app.inject({ method: method as "GET", url, headers });
    if (statusCode === 401 || statusCode === 403)
      shutOut.push(`${method} ${url}: an admin gets ${statusCode}`);
  }
  return shutOut;
}

async function startsWithoutAbility(context: FaultContext): Promise<string[]> {
  const app = fastify();
  const operations = { database: await context.database() };
  const kept = new KeptTokens({ ...operations, folder: await context.folder(), onProblem: () => {} });
  addAuthorization(app, { operations, tokens: new TokenCache(operations, kept), secure: false });
  try {
    app.get("/api/open", async () => "all");
    return ["a route that doesn't say who may use it does not stop the start"];
  } catch {
    return [];
  } finally {
    await app.close();
  }
}
