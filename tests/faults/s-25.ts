import { request } from "node:https";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { LOGINS, loginUrl } from "../../db/database-roles.ts";
import { makeSigningKey } from "../../operations/audit-keys.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { asLogin } from "../support/logins.ts";
import type { FaultContext, FaultRow } from "./row.ts";
import { startServer } from "./server-process.ts";

const TLS = join(import.meta.dirname, "../support/tls");
const GUESSES = ["", "holt", "postgres", "password", "admin"];

/** What production needs, and what is said when it is missing. */
const NEEDS = {
  tls: "HOLT_TLS_CERT, HOLT_TLS_KEY: are not set",
  url: "HOLT_SERVER_URL:",
  key: "HOLT_AUDIT_KEY_FILE: is not set",
  login: "DATABASE_URL: the database role",
} as const;
type Need = keyof typeof NEEDS;

/** Three of an empty environment, the guesses, and production with all, or lacking something. */
const TRIALS = 3 + LOGINS.length * GUESSES.length + 2 ** Object.keys(NEEDS).length;

/** Settings that nobody chose, and settings that somebody forgot. */
export const s25: FaultRow = {
  id: "S-25",
  title: "insecure defaults",
  bound: "loopback, no known password or token, and no start in production without keys and TLS",
  counts: { quick: TRIALS - 10, full: TRIALS },
  async run(context) {
    const database = await context.database();
    const trials = [
      () => startsWithoutDatabase(context),
      () => listensOnLoopback(context, database),
      () => hasNobody(database),
      ...LOGINS.flatMap((login) =>
        GUESSES.map((guess) => () => letsIn(loginUrl(database.url, login, guess), `holt_${login}`)),
      ),
      () => startsInProduction(context, database, []),
      ...combinations().map((missing) => () => startsInProduction(context, database, missing)),
    ];
    const failures: string[] = [];
    for (const trial of trials.slice(0, context.n)) {
      const failure = await trial();
      if (failure) failures.push(failure);
    }
    return { n: Math.min(context.n, trials.length), failures };
  },
};

async function startsWithoutDatabase(context: FaultContext): Promise<string | undefined> {
  const start = await startServer(context, {});
  if ("url" in start) return "with an empty environment the server starts";
  return start.words.includes("DATABASE_URL: is not set") ? undefined : `says: ${start.words}`;
}

async function listensOnLoopback(context: FaultContext, { url }: TestDatabase): Promise<string | undefined> {
  const start = await startServer(context, { DATABASE_URL: asLogin(url, "server") });
  if (!("url" in start)) return `does not start: ${start.words}`;
  const { hostname, port } = new URL(start.url);
  if (hostname !== "127.0.0.1") return `listens at ${start.url}`;
  const others = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  for (const { address, family, internal } of others) {
    if (internal || family !== "IPv4") continue;
    const answer = await fetch(`http://${address}:${port}/livez`).catch(() => undefined);
    if (answer) return `answers at ${address}`;
  }
  return undefined;
}

async function hasNobody({ pool }: TestDatabase): Promise<string | undefined> {
  const { rows } = await pool.query<{ count: number }>(
    "select (select count(*) from person) + (select count(*) from token) + (select count(*) from session) as count",
  );
  return rows[0]?.count === 0 ? undefined : "a fresh database has people or tokens";
}

async function letsIn(connectionString: string, role: string): Promise<string | undefined> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => {});
  try {
    await client.connect();
    return `${role} signs in by a password that anybody would try`;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Every way of lacking something: all of it first, then one thing each, then the rest. */
function combinations(): Need[][] {
  const needs = Object.keys(NEEDS) as Need[];
  const all = Array.from({ length: 2 ** needs.length - 1 }, (_, bits) =>
    needs.filter((_, index) => (((bits + 1) >> index) & 1) === 1),
  );
  return all.sort((a, b) => (a.length % needs.length) - (b.length % needs.length));
}

async function startsInProduction(
  context: FaultContext,
  { url }: TestDatabase,
  missing: readonly Need[],
): Promise<string | undefined> {
  const has = (need: Need) => !missing.includes(need);
  const folder = await context.folder();
  const keyFile = join(folder, "audit-key.pem");
  await makeSigningKey(keyFile);
  const start = await startServer(context, {
    HOLT_MODE: "production",
    DATABASE_URL: has("login") ? asLogin(url, "server") : url,
    ...(has("tls") && { HOLT_TLS_CERT: join(TLS, "cert.pem"), HOLT_TLS_KEY: join(TLS, "key.pem") }),
    ...(has("url") && { HOLT_SERVER_URL: "https://holt.example" }),
    ...(has("key") && { HOLT_AUDIT_KEY_FILE: keyFile, HOLT_AUDIT_FOLDER: join(folder, "audit") }),
  });
  if (missing.length > 0) {
    if ("url" in start) return `starts in production without ${missing.join(", ")}`;
    const unsaid = missing.filter((need) => !start.words.includes(NEEDS[need]));
    return unsaid.length > 0 ? `does not say that ${unsaid.join(", ")} is missing` : undefined;
  }
  if (!("url" in start)) return `does not start with all that it asks for: ${start.words}`;
  if (!start.url.startsWith("https://")) return `answers in the clear at ${start.url}`;
  const status = await statusOf(`${start.url}/livez`);
  return status === 200 ? undefined : `answers ${status} over TLS`;
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    // The certificate is the test's own, so nobody vouches for it.
    request(url, { rejectUnauthorized: false }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end();
  });
}
