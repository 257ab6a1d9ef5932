/**
 * How long after its commit a flip is served by all of three servers under load, 200 times: a rollback to the version before,
 * which is in memory, and the way back to the newer one, which is loaded. Its peer is the limit that Holt promises. Each
 * answer is judged: anything else than 200, or than the list of the version that it names, ends the measurement.
 */
import { median } from "../core/metrics.ts";
import { runRow } from "../tests/faults/context.ts";
import { openFleet } from "../tests/faults/flipped-fleet.ts";
import { startServers } from "../tests/support/servers.ts";
import type { BenchLine } from "./bench-line.ts";

const SERVERS = 3;
const PER_SECOND = 100;
const FLIPS = 200;
/** docs/serving.md */
const PROMISED_MS = 2_000;

export async function run(): Promise<BenchLine[]> {
  const times: [back: number[], forth: number[]] = [[], []];
  let answers = 0;
  const servers = await startServers();
  try {
    const { failures } = await runRow(
      {
        ...{ id: "flip", title: "flips", bound: "each answer whole", counts: { quick: FLIPS, full: FLIPS } },
        async run(context) {
          const fleet = await openFleet(context, { servers: SERVERS, perSecond: PER_SECOND });
          // version 2 is live, so the first flip is a rollback
          for (let flip = 0; flip < FLIPS; flip++) times[flip % 2]?.push(await fleet.flip());
          await fleet.stop();
          const heard = fleet.heard();
          answers = heard.answers;
          return { n: FLIPS, failures: heard.failures };
        },
      },
      { n: FLIPS, seed: 1, servers },
    );
    if (failures.length > 0)
      throw new Error(`${failures.length} of ${answers} answers were wrong: ${failures[0]}`);
  } finally {
    await servers.stop();
  }
  const names = ["to the version before, in memory", "to a newer version, loaded"];
  return times.flatMap((ms, at) => [
    line(
      `flip ${names[at]}: median until ${SERVERS} servers answer by it`,
      median(ms) ?? Number.NaN,
      ms.length,
    ),
    line(`flip ${names[at]}: longest`, Math.max(...ms), ms.length),
  ]);
}

function line(name: string, ours: number, runs: number): BenchLine {
  return { name, ours, peer: PROMISED_MS, ratio: ours / PROMISED_MS, unit: "ms", runs };
}
