import { openFleet } from "./flipped-fleet.ts";
import type { FaultRow } from "./row.ts";

const PER_SECOND = 300;
/** Part of the swaps before memory is looked at: the heap of a young process grows to its working size, whatever happens. */
const WARM_UP_SHARE = 0.25;
/** What a busy machine adds to the slowest answers, whatever the server does. */
const NOISE_MS = 50;
const MOST_GROWTH = 0.1;
/** With fewer swaps growth is that of a young heap, and says nothing of what each swap leaves. */
const TELLING_SWAPS = 200;
/** About what a swap takes, so that both times have as many answers. */
const REST_MS_A_SWAP = 40;
const MOST_TOLD = 20;

/** One version after the other goes live under load. */
export const v01: FaultRow = {
  id: "V-01",
  title: "Hot swaps under load",
  bound:
    "each answer 200, whole, and of the version that it names; p99 at most twice that at rest; memory grows by less than a tenth",
  counts: { quick: 12, full: 500 },
  async run(context) {
    const fleet = await openFleet(context, { servers: 1, perSecond: PER_SECOND });
    for (let swap = 0; swap < context.n * WARM_UP_SHARE; swap++) await fleet.flip();
    const since = fleet.heard().answers;
    await restFor(context.n * REST_MS_A_SWAP);
    const rested = fleet.heard().answers;
    const before = await fleet.memory();
    for (let swap = 0; swap < context.n; swap++) await fleet.flip();
    const { tookMs, failures } = fleet.heard();
    const after = await fleet.memory();
    await fleet.stop();
    const [calm, swapping] = [tookMs.slice(since, rested), tookMs.slice(rested)].map((times) =>
      p99(times),
    ) as [number, number];
    const told = failures.slice(0, MOST_TOLD);
    // Times and sizes are judged where much is measured on a machine that rests, not in a test beside others.
    const isTelling = context.n >= TELLING_SWAPS;
    if (isTelling && swapping > Math.max(2 * calm, NOISE_MS))
      told.push(`p99 ${swapping.toFixed(1)} ms while versions are swapped, ${calm.toFixed(1)} ms at rest`);
    if (isTelling && after > before * (1 + MOST_GROWTH))
      told.push(`memory grew from ${mb(before)} to ${mb(after)} MB over ${context.n} swaps`);
    return { n: context.n, failures: told };
  },
};

function restFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function p99(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
