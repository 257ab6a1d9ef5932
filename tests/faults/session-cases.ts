/** What must be so of sessions: each looks at one thing and says what was otherwise. */
import { sql } from "kysely";
import { authenticate } from "../../operations/authenticate.ts";
import { addPerson, disablePerson, issueToken, SET_UP } from "../../operations/people.ts";
import { issueSignInCode } from "../../operations/sessions.ts";
import { sha256 } from "../../store/digest.ts";
import type { TestDatabase } from "../support/database-at.ts";
import type { TestServer } from "../support/server-at.ts";

/** A server, plain or behind TLS, and a person with a token, new for each case. */
export interface Stage {
  database: TestDatabase;
  server: TestServer;
  host: string;
  cookieName: string;
  name: string;
  token: string;
  /** Signs in with the token; what a browser would keep. */
  signIn(headers?: Record<string, string>): Promise<{ session: string; cookie: SetCookie }>;
  /** Status of a request with this session. */
  statusOf(session: string, url?: string): Promise<number>;
}

export interface SetCookie {
  name: string;
  value: string;
  path?: string;
  domain?: string;
  httpOnly?: boolean;
  secure?: boolean;
  sameSite?: string;
  maxAge?: number;
}

type Case = (stage: Stage) => Promise<string | undefined>;

const expect = (what: string, found: unknown, wanted: unknown) =>
  JSON.stringify(found) === JSON.stringify(wanted)
    ? undefined
    : `${what} is ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`;

export const SESSION_CASES: Readonly<Record<string, Case>> = {
  "a session that was there before signing in is not taken up": async ({ signIn, statusOf, cookieName }) => {
    const planted = `holt_${"A".repeat(43)}`;
    const { session } = await signIn({ cookie: `${cookieName}=${planted}` });
    return expect("the planted session", [session === planted, await statusOf(planted)], [false, 401]);
  },
  "signing in again gives another secret and ends the one before": async ({
    signIn,
    statusOf,
    cookieName,
  }) => {
    const first = await signIn();
    const second = await signIn({ cookie: `${cookieName}=${first.session}` });
    const found = [
      first.session === second.session,
      await statusOf(first.session),
      await statusOf(second.session),
    ];
    return expect("what the two open", found, [false, 401, 200]);
  },
  "signing out ends it at once, at every door": async ({ server, signIn, statusOf, host, cookieName }) => {
    const { session } = await signIn();
    const headers = { host, cookie: `${cookieName}=${session}`, "sec-fetch-site": "same-origin" };
    const out = await server.app.inject({ method: "DELETE", url: "/api/session", headers });
    const doors = ["/api/me", "/api/models", "/api/runs", "/api/reviews", "/api/incidents"];
    const statuses = await Promise.all(doors.map((url) => statusOf(session, url)));
    const cleared = out.cookies.find(({ name }) => name === cookieName)?.value;
    return expect("what is left", [out.statusCode, cleared, ...statuses], [204, "", ...doors.map(() => 401)]);
  },
  "signing out leaves the person's other browser as it is": async ({
    server,
    signIn,
    statusOf,
    host,
    cookieName,
  }) => {
    const [one, other] = [await signIn(), await signIn()];
    const headers = { host, cookie: `${cookieName}=${one.session}`, "sec-fetch-site": "same-origin" };
    await server.app.inject({ method: "DELETE", url: "/api/session", headers });
    return expect("the other browser", await statusOf(other.session), 200);
  },
  "the cookie is for this host, this connection and no script": async ({ signIn, cookieName }) => {
    const { cookie } = await signIn();
    const secure = cookieName.startsWith("__Host-");
    const { name, path, domain, httpOnly, sameSite, maxAge } = cookie;
    const found = [name, path, domain ?? null, httpOnly, sameSite, maxAge, cookie.secure ?? false];
    return expect("the cookie", found, [cookieName, "/", null, true, "Strict", 43_200, secure]);
  },
  "a cookie of the other kind of connection opens nothing": async ({ server, signIn, host, cookieName }) => {
    const { session } = await signIn();
    const other = cookieName === "holt-session" ? "__Host-holt-session" : "holt-session";
    const answer = await server.app.inject({
      url: "/api/me",
      headers: { host, cookie: `${other}=${session}` },
    });
    return expect("its status", answer.statusCode, 401);
  },
  "half an hour without use ends it": async ({ database, signIn, statusOf }) => {
    const { session } = await signIn();
    await sql`update session set last_used_at = now() - interval '30 minutes 1 second'`.execute(database.db);
    return expect("its status", [await statusOf(session), await statusOf(session)], [401, 401]);
  },
  "use keeps it open, and is noted": async ({ database, signIn, statusOf }) => {
    const { session } = await signIn();
    await sql`update session set last_used_at = now() - interval '29 minutes'`.execute(database.db);
    const status = await statusOf(session);
    const { rows } = await sql<{ fresh: boolean }>`
      select last_used_at > now() - interval '1 minute' as fresh from session where session_sha256 = ${sha256(session)}`.execute(
      database.db,
    );
    return expect("status and note", [status, rows[0]?.fresh], [200, true]);
  },
  "twelve hours end it, however much it was used": async ({ database, signIn, statusOf }) => {
    const { session } = await signIn();
    const { rows } = await sql<{ hours: number }>`
      select extract(epoch from max(expires_at) - now()) / 3600 as hours from session`.execute(database.db);
    await sql`update session set expires_at = now() - interval '1 second', last_used_at = now()`.execute(
      database.db,
    );
    const status = await statusOf(session);
    return expect("hours and status", [Number(rows[0]?.hours) <= 12, status], [true, 401]);
  },
  "a code signs in once, also when 20 bring it at the same time": async ({
    server,
    token,
    statusOf,
    host,
  }) => {
    const { code } = await issueSignInCode(server.operations, await authenticate(server.operations, token));
    const bring = (_: unknown, index: number) =>
      server.app.inject({
        ...{ method: "POST", url: "/api/session", payload: { code }, headers: { host } },
        remoteAddress: `10.1.0.${index + 1}`,
      });
    const answers = await Promise.all(Array.from({ length: 20 }, bring));
    const opened = answers.flatMap(({ cookies }) => cookies);
    const statuses = await Promise.all(opened.map(({ value }) => statusOf(value)));
    return expect("what opened", statuses, [200]);
  },
  "twenty sign-ins at the same time are twenty sessions": async ({ signIn, statusOf }) => {
    const all = await Promise.all(Array.from({ length: 20 }, () => signIn()));
    const statuses = await Promise.all(all.map(({ session }) => statusOf(session)));
    const found = [new Set(all.map(({ session }) => session)).size, new Set(statuses).size, statuses[0]];
    return expect("sessions and statuses", found, [20, 1, 200]);
  },
  "disabling the person ends all of them at once": async ({ server, name, signIn, statusOf }) => {
    const all = [await signIn(), await signIn()];
    await disablePerson(server.operations, SET_UP, name);
    return expect("statuses", await Promise.all(all.map(({ session }) => statusOf(session))), [401, 401]);
  },
  "a session is no token, and a token no session": async ({ server, token, signIn, statusOf, host }) => {
    const { session } = await signIn();
    const headers = { host, authorization: `Bearer ${session}` };
    const asToken = await server.app.inject({ url: "/api/me", headers });
    return expect("both", [asToken.statusCode, await statusOf(token)], [401, 401]);
  },
  "a session that is guessed, cut or doubled opens nothing": async ({ signIn, statusOf }) => {
    const { session } = await signIn();
    const wrong = [
      session.slice(0, -1),
      `${session}A`,
      session.toUpperCase(),
      `${session}; ${session}x`,
      "",
      "null",
    ];
    const statuses = await Promise.all(wrong.map((value) => statusOf(value)));
    return expect("statuses", [...new Set(statuses.filter((_, at) => at !== 3))], [401]);
  },
};

let people = 0;

/** @param secure behind TLS */
export async function stageFor(database: TestDatabase, server: TestServer, secure: boolean): Promise<Stage> {
  const host = secure ? "holt.example" : "127.0.0.1:7400";
  const cookieName = secure ? "__Host-holt-session" : "holt-session";
  const name = `person-${++people}`;
  await addPerson(server.operations, SET_UP, { name, roles: ["viewer"] });
  const { token } = await issueToken(server.operations, SET_UP, { name, ttlMs: 600_000 });
  let address = 0;
  return {
    ...{ database, server, host, cookieName, name, token },
    async signIn(headers = {}) {
      const answer = await server.app.inject({
        ...{ method: "POST", url: "/api/session", payload: { token }, headers: { host, ...headers } },
        remoteAddress: `10.2.${Math.floor(people % 200)}.${1 + (address++ % 200)}`,
      });
      const cookie = answer.cookies.find((one) => one.name === cookieName) as SetCookie | undefined;
      if (!cookie) throw new Error(`signing in answered ${answer.statusCode}`);
      return { session: cookie.value, cookie };
    },
    async statusOf(session, url = "/api/me") {
      const answer = await server.app.inject({ url, headers: { host, cookie: `${cookieName}=${session}` } });
      return answer.statusCode;
    },
  };
}
