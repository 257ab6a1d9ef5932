import { until } from "../support/until.ts";
import { type Flood, flood } from "./flood.ts";
import type { FaultRow } from "./row.ts";
import { openShop, startShop } from "./served-shop.ts";

/** Times what the server can do, as far as this machine can ask so often. */
const FACTORS = [3, 10];
const MS = { quick: 1_000, full: 60_000 };
/** So many at once are what the server can do; so many connections ask too much. */
const CONNECTIONS = { capacity: 16, flood: 600, calm: 4 };
const CALM_MS = 300;
/** Of answers under overload, and of refusals; a machine that does other things too adds its pauses. */
const ACCEPTED_P99_MS = 150;
const REFUSED_P50_MS = 50;
const RECOVERS_WITHIN_MS = 5_000;

/** Three and ten times as much as the server can do. */
export const v05: FaultRow = {
  id: "V-05",
  title: "Overload: three and ten times of what the server can do",
  bound:
    "200 or 503 with Retry-After and nothing else; at full counts p99 of the answers at most 150 ms, half of the refusals within 50 ms; all is answered again within 5 s",
  counts: { quick: 1, full: 5 },
  async run(context) {
    const shop = await openShop(context);
    const { url, child } = await startShop(context, { ...shop.env, HOLT_OVERLOAD_LEAST: "8" });
    const path = new URL("/v1/models/shop/recommendations?user=ann&k=5", url);
    const { headers } = shop;
    await until("an answer", async () => (await fetch(path, { headers })).status === 200);
    const isFull = context.n >= v05.counts.full;
    const ms = isFull ? MS.full : MS.quick;
    const ask = (perSecond: number, connections: number, forMs: number) =>
      flood({ url: path, headers, perSecond, connections, ms: forMs });
    const failures: string[] = [];
    for (let round = 0; round < context.n; round++) {
      const most = await ask(1e6, CONNECTIONS.capacity, Math.min(ms, 5_000));
      const capacity = most.acceptedMs.length / most.seconds;
      for (const factor of FACTORS) {
        const heard = await ask(factor * capacity, CONNECTIONS.flood, ms);
        const told = faultsOf(heard, isFull);
        if (heard.refusedMs.length === 0) told.push("nothing was refused, so it was no overload");
        failures.push(...told.map((fault) => `${factor} times: ${fault}; ${inWords(heard, capacity)}`));
        const floodedUntil = performance.now();
        await until("that all is answered again", async () => {
          const { refusedMs, others } = await ask(capacity / 10, CONNECTIONS.calm, CALM_MS);
          return refusedMs.length + others.length === 0;
        });
        const recoveredMs = performance.now() - floodedUntil - CALM_MS;
        if (isFull && recoveredMs > RECOVERS_WITHIN_MS)
          failures.push(`${factor} times: answered all again only after ${recoveredMs.toFixed(0)} ms`);
      }
    }
    if (child.exitCode !== null) failures.push(`the server ended with ${child.exitCode}`);
    return { n: context.n, failures };
  },
};

function faultsOf({ acceptedMs, refusedMs, others }: Flood, isTimed: boolean): string[] {
  const faults = [...new Set(others)].slice(0, 5);
  if (acceptedMs.length === 0) faults.push("nobody was answered");
  if (!isTimed) return faults;
  if (part(acceptedMs, 0.99) > ACCEPTED_P99_MS) faults.push("answers came late");
  if (part(refusedMs, 0.5) > REFUSED_P50_MS) faults.push("refusals came late");
  return faults;
}

function inWords({ acceptedMs, refusedMs, seconds }: Flood, capacity: number): string {
  const of = (times: readonly number[]) =>
    `${(times.length / seconds).toFixed(0)}/s, p50 ${part(times, 0.5).toFixed(1)} ms, p99 ${part(times, 0.99).toFixed(1)} ms`;
  return `capacity ${capacity.toFixed(0)}/s; answers ${of(acceptedMs)}; refusals ${of(refusedMs)}`;
}

function part(times: readonly number[], share: number): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length * share)] ?? 0;
}
