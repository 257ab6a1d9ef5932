import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../support/until.ts";
import { startLoad, TEST_PAUSE_MS } from "./load.ts";
import type { FaultRow } from "./row.ts";
import { askShop, openShop, type Readiness, readiness, startShop } from "./served-shop.ts";
import { openTcpRelay, type TcpRelay, type Weather } from "./tcp-relay.ts";

/** How long each stays away: in the tests just long enough to be noticed. */
const AWAY_MS = { quick: 2_000, full: 300_000 };
const LOOK_EVERY_MS = 250;
/** Of exposures, what comes within a second or two: all that waited is stored. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;
const LEAST_PATIENCE_MS = 90_000;

/** What is away, and how: connections end, or nothing comes any more. */
const OUTAGES: { database: Weather; temporal: Weather }[] = [
  { database: "cut", temporal: "cut" },
  { database: "silent", temporal: "fair" },
  { database: "fair", temporal: "cut" },
  { database: "cut", temporal: "fair" },
  { database: "silent", temporal: "silent" },
];

/** Under load, PostgreSQL, Temporal or both go away, and come back. */
export const v03: FaultRow = {
  id: "V-03",
  title: "PostgreSQL and Temporal away under load",
  bound:
    "each answer 200 with the age of its knowledge, known people by their model; ready, and the detail red",
  counts: { quick: 2, full: 10 },
  async run(context) {
    const shop = await openShop(context);
    const at = new URL(shop.env["DATABASE_URL"] as string);
    const relays = {
      database: await openTcpRelay(at.host),
      temporal: await openTcpRelay(context.temporalAddress),
    };
    context.cleanUp(() => Promise.all([relays.database.close(), relays.temporal.close()]));
    at.host = relays.database.address;
    const env = { ...shop.env, DATABASE_URL: at.href, TEMPORAL_ADDRESS: relays.temporal.address };
    const { url } = await startShop(context, env);
    await until("a server without faults", async () => (await readiness(url)).body["status"] === "ready");
    for (const known of ["ann", "bea"]) await askShop(url, known, shop.headers);
    const isFull = context.n >= v03.counts.full;
    const awayMs = isFull ? AWAY_MS.full : AWAY_MS.quick;
    const pauseMs = isFull ? 0 : TEST_PAUSE_MS;
    const failures: string[] = [];
    let slowestMs = 0;
    let answers = 0;
    for (let trial = 0; trial < context.n; trial++) {
      const outage = OUTAGES[trial % OUTAGES.length] as (typeof OUTAGES)[number];
      const found = await goAway({ url, headers: shop.headers, relays, outage, awayMs, pauseMs });
      const name = `PostgreSQL ${outage.database}, Temporal ${outage.temporal}`;
      failures.push(...found.failures.map((failure) => `${name}: ${failure}`));
      slowestMs = Math.max(slowestMs, found.storedMs);
      answers += found.answers;
    }
    const figures = {
      "answers meanwhile": answers,
      "slowest until what waited was stored, s": Number((slowestMs / 1_000).toFixed(1)),
    };
    return { n: context.n, failures, figures };
  },
};

interface Trial {
  url: string;
  headers: Record<string, string>;
  relays: Record<"database" | "temporal", TcpRelay>;
  outage: (typeof OUTAGES)[number];
  awayMs: number;
  /** Of the load. */
  pauseMs: number;
}

interface Found {
  failures: string[];
  /** From when all could be reached again. */
  storedMs: number;
  answers: number;
}

async function goAway({ url, headers, relays, outage, awayMs, pauseMs }: Trial): Promise<Found> {
  const failures: string[] = [];
  const away = (["database", "temporal"] as const).filter((part) => outage[part] !== "fair");
  const load = startLoad(url, headers, ["ann", "bea"], { version: "2", pauseMs });
  let isOver = false;
  let storedMs = 0;
  const watch = async () => {
    for (; !isOver; await sleep(LOOK_EVERY_MS)) {
      const { status } = await readiness(url);
      if (status !== 200) failures.push(`not ready: ${status}`);
    }
  };
  const watching = watch();
  try {
    for (const part of away) relays[part].set(outage[part]);
    for (const part of away)
      await until(`${part} is red`, async () => (await readiness(url)).body[part] !== "ok");
    const answered = load.answers;
    await sleep(awayMs);
    if (load.answers === answered) failures.push("no answer while it was away");
    if (away.includes("database")) failures.push(...(await reallyAway(url, headers, awayMs)));
    for (const part of away) relays[part].set("fair");
    const since = performance.now();
    await until("all is reached again", async () => isReached((await readiness(url)).body));
    // beside the same load, no slower than it came
    const patienceMs = Math.max(awayMs, LEAST_PATIENCE_MS);
    await until("what waited is stored", async () => isStored((await readiness(url)).body), patienceMs);
    storedMs = performance.now() - since;
  } finally {
    isOver = true;
    await Promise.all([watching, load.stop()]);
  }
  if (load.fallbacks > 0) failures.push(`${load.fallbacks} answers to known people by the popularity list`);
  return { failures: [...failures, ...load.failures], storedMs, answers: load.answers };
}

/** But for the watchdog, which looks once a minute, and says for as long what it met the last time. */
function isReached({ database, temporal, scorer, localFolder }: Readiness["body"]): boolean {
  return [database, temporal, scorer, localFolder].every((part) => part === "ok");
}

function isStored({ spool }: Readiness["body"]): boolean {
  const { problem, waitingBytes } = spool as { problem: string | null; waitingBytes: number };
  return problem === null && waitingBytes < MOST_WAITING_BYTES;
}

/** The row's own check: whoever needs PostgreSQL doesn't get it, and the age of what is known grows. */
async function reallyAway(url: string, headers: Record<string, string>, awayMs: number): Promise<string[]> {
  const unknown = await askShop(url, "cid", headers);
  const failures = unknown.fallback ? [] : ["somebody who wasn't asked for before has a history"];
  if (Number(unknown.age) < Math.floor(awayMs / 1_000))
    failures.push(`its knowledge is said to be ${unknown.age} s old after ${awayMs / 1_000} s`);
  const { status } = await fetch(`${url}/api/models`, { headers });
  if (status !== 503) failures.push(`what needs PostgreSQL answers ${status}`);
  return failures;
}
