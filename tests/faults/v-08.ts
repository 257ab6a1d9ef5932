import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.ts";
import { HOSTILE_CLIENTS, type HostileClient, type HostileKind } from "./hostile-clients.ts";
import type { HostileOrder, HostileReport } from "./hostile-process.ts";
import { startPacedLoad } from "./paced-load.ts";
import type { FaultRow } from "./row.ts";
import { openShop, startShop } from "./served-shop.ts";

const PROGRAM = join(import.meta.dirname, "hostile-process.ts");
const KINDS = Object.keys(HOSTILE_CLIENTS) as HostileKind[];
const OVERLOADING = KINDS.filter(mayOverload);
const STRANGE = KINDS.filter((kind) => !mayOverload(kind));
/** A body may take 30 s; the tests don't wait for that. */
const LONG: readonly HostileKind[] = ["a body of single bytes"];
const SOCKETS = { quick: 5, overload: 4, full: 200 };
/** All others meanwhile. */
const PER_SECOND = { quick: 25, full: 100 };
const CONNECTIONS = 4;
const LEAST_MS = { quick: 1_000, full: 4_000 };
const PATIENCE_MS = 60_000;
/** Where nobody waits longer than this, nobody is hurt. */
const CALM_P99_MS = 20;
const MOST_GROWTH_BYTES = 256 * 1024 * 1024;
const PAGE_BYTES = 4_096;
const RETRY_LATER = /^HTTP\/1\.1 503 [\s\S]*\r\nretry-after: \d/i;
const LOOK_EVERY_MS = 200;

/** Clients that hold connections, send too much, too slowly or nonsense, and take no answers, beside those who just ask. */
export const v08: FaultRow = {
  id: "V-08",
  title: "Hostile clients: too slow, too much, too deep, never read",
  bound:
    "each gets what its limit says (400, 401, 408, 413, 415, 431), and the server is rid of it; all others get 200 (or, while who has a token asks too much, 503 with Retry-After); at full counts in the limit's time, 200 connections at once, the median p99 of others at most twice that just before (or 20 ms), memory grows by less than 256 MB",
  counts: { quick: KINDS.length, full: KINDS.length * 10 },
  async run(context) {
    const shop = await openShop(context);
    const { headers } = shop;
    const isFull = context.n > v08.counts.quick;
    const { url, child } = await startShop(context, {
      ...shop.env,
      ...(isFull && { HOLT_OVERLOAD_LEAST: "8" }),
    });
    const path = new URL("/v1/models/shop/recommendations?user=ann&k=5", url);
    await until("an answer", async () => (await fetch(path, { headers })).status === 200);
    const failures: string[] = [];
    /** What others get while `work` is done. */
    const meanwhile = async <Result>(work: () => Promise<Result>, isOverload = false) => {
      const perSecond = isFull ? PER_SECOND.full : PER_SECOND.quick;
      const load = startPacedLoad({ url: path, headers, perSecond, connections: CONNECTIONS });
      const result = await work();
      await load.stop();
      const wrong = load.failures.filter((answer) => !(isOverload && RETRY_LATER.test(answer)));
      const others = wrong.slice(0, 3).map((answer) => `somebody else got ${answer.slice(0, 200)}`);
      if (load.recorded.length === 0) others.push("nobody else was answered");
      return { result, others, p99Ms: p99(load.tookMs) };
    };
    const order = { url, headers, patienceMs: PATIENCE_MS };
    if (!isFull) {
      const all = { ...order, leastMs: LEAST_MS.quick, nice: 0 };
      const own = findsNoLimits();
      const strange = { ...all, kinds: STRANGE, endless: LONG, sockets: SOCKETS.quick };
      const overload = { ...all, kinds: OVERLOADING, sockets: SOCKETS.overload };
      for (const each of [strange, overload]) {
        const { result, others } = await meanwhile(() => send(each), each === overload);
        for (const kind of each.kinds) failures.push(...faultsOf(kind, result, each));
        failures.push(...others);
      }
      failures.push(...(await own));
    }
    const calm = new Map<HostileKind, number[]>(KINDS.map((kind) => [kind, []]));
    const under = new Map<HostileKind, number[]>(KINDS.map((kind) => [kind, []]));
    for (let trial = 0; isFull && trial < context.n; trial++) {
      const kind = KINDS[trial % KINDS.length] as HostileKind;
      const before = await meanwhile(() => pause(LEAST_MS.full));
      const grown = watchMemory(child.pid as number);
      const all = { ...order, kinds: [kind], sockets: SOCKETS.full, leastMs: LEAST_MS.full, nice: 15 };
      const { result, others, p99Ms } = await meanwhile(() => send(all), mayOverload(kind));
      const grownBytes = await grown();
      calm.get(kind)?.push(before.p99Ms);
      under.get(kind)?.push(p99Ms);
      failures.push(...faultsOf(kind, result, { sockets: SOCKETS.full, isTimed: true }));
      failures.push(...others.map((fault) => `${kind}: ${fault}`));
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(
          `${kind}: the server ended (${child.exitCode ?? child.signalCode}) in trial ${trial}`,
        );
      if (grownBytes > MOST_GROWTH_BYTES)
        failures.push(`${kind}: takes ${Math.round(grownBytes / 2 ** 20)} MB`);
    }
    const figures: Record<string, number> = {};
    for (const kind of isFull ? KINDS : []) {
      const [was, is] = [median(calm.get(kind) ?? []), median(under.get(kind) ?? [])];
      figures[`${kind}: median p99 of others, ms`] = Number(is.toFixed(1));
      if (!mayOverload(kind) && is > Math.max(2 * was, CALM_P99_MS))
        failures.push(`${kind}: median p99 of others ${is.toFixed(1)} ms, ${was.toFixed(1)} before`);
    }
    if (child.exitCode !== null) failures.push(`the server ended with ${child.exitCode}`);
    return { n: context.n, failures, figures };
  },
};

function mayOverload(kind: HostileKind): boolean {
  const client: HostileClient = HOSTILE_CLIENTS[kind];
  return client.mayOverload === true;
}

function faultsOf(
  kind: HostileKind,
  report: HostileReport,
  { sockets, isTimed = false }: { sockets: number; isTimed?: boolean },
): string[] {
  const { good, over, withinMs = 0 }: HostileClient = HOSTILE_CLIENTS[kind];
  const { statuses, over: rid, tookMs } = report[kind] as HostileReport[string];
  // on a busy machine a client may not get to its first line in time
  const also = isTimed ? [] : [408];
  const wrong = Object.entries(statuses).filter(
    ([status]) => good.length > 0 && ![...good, ...also].includes(Number(status)),
  );
  const faults = wrong.map(([status, count]) => `${kind}: ${count} got ${status}`);
  if (over === undefined || (!isTimed && LONG.includes(kind))) return faults;
  if (rid < sockets) faults.push(`${kind}: it is not over for ${sockets - rid} of ${sockets}`);
  if (!good.some((status) => statuses[status])) faults.push(`${kind}: nobody was told ${good.join(" or ")}`);
  if (isTimed && tookMs > withinMs) faults.push(`${kind}: over only after ${Math.round(tookMs)} ms`);
  return faults;
}

/** The row's own check: of a server that has no limits it says so. */
async function findsNoLimits(): Promise<string[]> {
  const server = createServer(
    { headersTimeout: 0, requestTimeout: 0, maxHeaderSize: 2 ** 24 },
    (request, response) => request.resume().on("end", () => response.end()),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kinds = ["slowloris", "a body without an end"] as const;
  const report = await send({
    ...{ url, kinds, headers: {}, sockets: 1, leastMs: 0, patienceMs: 1_000, nice: 0 },
  });
  server.closeAllConnections();
  server.close();
  return kinds
    .filter((kind) => faultsOf(kind, report, { sockets: 1 }).length !== 2)
    .map((kind) => `the row itself finds nothing wrong with a server that has no limit: ${kind}`);
}

async function send(order: HostileOrder): Promise<HostileReport> {
  const child = spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", PROGRAM, JSON.stringify(order)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const report = await text(child.stdout);
  if (report === "")
    throw new Error("the hostile clients' process ended without a report; its words are above");
  return JSON.parse(report) as HostileReport;
}

/** How much more memory a process took at its most, once that is asked. */
function watchMemory(pid: number): () => Promise<number> {
  // 0 once it has ended, which whoever asks looks at
  const rssBytes = async () => {
    const pages = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "");
    return Number(pages.split(" ")[1] ?? 0) * PAGE_BYTES;
  };
  let isOver = false;
  const watching = (async () => {
    const first = await rssBytes();
    let most = first;
    for (; !isOver; await pause(LOOK_EVERY_MS)) most = Math.max(most, await rssBytes());
    return most - first;
  })();
  return () => {
    isOver = true;
    return watching;
  };
}

function p99(times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? 0;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
