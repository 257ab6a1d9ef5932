/**
 * `npm run faults -- [--only S|S-08|R-15] [--seed N] [--json]`: does every fault and attack of tests/faults/ at its full
 * count, on a PostgreSQL and a Temporal server of its own. Ends with 1 when anything that must hold didn't, and ends
 * whatever a row leaves open.
 */
import { parseArgs } from "node:util";
import { runRow } from "../tests/faults/context.ts";
import type { FaultRow } from "../tests/faults/row.ts";
import { ROWS } from "../tests/faults/rows.ts";
import { startServers } from "../tests/support/servers.ts";

const EXIT_WRONG_USE = 2;
const LARGEST_SEED = 2 ** 32 - 1;
/** A failed row shows so many of its failures. */
const MOST_SHOWN = 10;

interface Line {
  id: string;
  /** Trials done. */
  n: number;
  failures: number;
  /** Upper end of the share of failures that 95 of 100 such results allow: 3/n without a failure; null with one. */
  bound: number | null;
  seconds: number;
  /** What the row measured beside it. */
  figures?: Record<string, number>;
  /** The first failures, in words. */
  shown?: string[];
}

const { rows, seed, json } = readArguments(process.argv.slice(2));
const say = json ? console.error : console.log;
say(`seed ${seed}`);
const servers = await startServers();
let failed = 0;
try {
  if (!json)
    console.log(
      `${"id".padEnd(6)}${"n".padStart(8)}${"failures".padStart(10)}${"bound".padStart(10)}${"seconds".padStart(9)}  what must hold`,
    );
  for (const row of rows) {
    const line = await measure(row);
    failed += line.failures;
    console.log(json ? JSON.stringify(line) : inWords(row, line));
  }
} finally {
  await servers.stop();
}
say(
  failed === 0
    ? `all ${rows.length} rows hold`
    : `${failed} failures; the same again: npm run faults -- --seed ${seed}`,
);
// What a row leaves open, such as a connection to a server that it killed, must not keep the end back.
process.exit(failed === 0 ? 0 : 1);

async function measure(row: FaultRow): Promise<Line> {
  const startedAt = performance.now();
  const { n, failures, figures } = await runRow(row, { n: row.counts.full, seed, servers });
  return {
    id: row.id,
    n,
    failures: failures.length,
    bound: failures.length === 0 ? Number((3 / n).toPrecision(2)) : null,
    seconds: Number(((performance.now() - startedAt) / 1_000).toFixed(1)),
    ...(figures && { figures }),
    ...(failures.length === 0 ? {} : { shown: failures.slice(0, MOST_SHOWN) }),
  };
}

function inWords(
  { title, bound: mustHold }: FaultRow,
  { id, n, failures, bound, seconds, figures: measured = {}, shown = [] }: Line,
): string {
  const share = bound === null ? "-" : `${(bound * 100).toPrecision(2)} %`;
  const figures = [
    id.padEnd(6),
    String(n).padStart(8),
    String(failures).padStart(10),
    share.padStart(10),
    seconds.toFixed(1).padStart(9),
  ];
  const beside = Object.entries(measured).map(([name, value]) => `        ${name}: ${value}`);
  const wrong = shown.map((failure) => `        ${failure}`);
  return [`${figures.join("")}  ${title}: ${mustHold}`, ...beside, ...wrong].join("\n");
}

function readArguments(args: string[]): { rows: FaultRow[]; seed: number; json: boolean } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: "string" },
        seed: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    return { rows: rowsOf(values.only), seed: seedOf(values.seed), json: values.json };
  } catch (error) {
    console.error(`faults: ${(error as Error).message}`);
    process.exit(EXIT_WRONG_USE);
  }
}

/** The rows whose id is `only`, or begins with it, as in "S". */
function rowsOf(only: string | undefined): FaultRow[] {
  const found = ROWS.filter(({ id }) => only === undefined || id === only || id.split("-")[0] === only);
  if (found.length > 0) return found;
  const known = ROWS.map(({ id }) => id).join(", ");
  throw new Error(`--only: ${JSON.stringify(only)} names no row; write a letter as in S, or one of ${known}`);
}

function seedOf(written: string | undefined): number {
  if (written === undefined) return Math.floor(Math.random() * LARGEST_SEED);
  const seed = Number(written);
  if (!/^\d+$/.test(written) || seed > LARGEST_SEED)
    throw new Error(
      `--seed: ${JSON.stringify(written)} is not a seed; write a whole number from 0 to ${LARGEST_SEED}`,
    );
  return seed;
}
