import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { median } from "../../core/metrics.ts";
import { treeCpuUs } from "../server-process.ts";
import type { Heard, Load } from "./load-process.ts";

const LOAD_PROCESS = fileURLToPath(new URL("./load-process.ts", import.meta.url));
const LONGEST_P99_US = 20_000;
/** Tried one after another; the best of them is measured. */
const CONNECTIONS = [4, 8, 16, 32, 64];
/** A cold process is no server. */
const WARM_SECONDS = 4;
const TRY_SECONDS = 1;
const SECONDS = 2;
/** At half of the rate nobody is to wait for a connection. */
const PACED_CONNECTIONS = 128;

/** A server that is asked. */
export interface Target extends Pick<Load, "port" | "headers" | "requests" | "wrong"> {
  name: string;
  /** Its process, whose time counts, with all that it started. */
  pid: number;
  /** PostgreSQL's, whose time is told by itself. */
  postgresPid?: number;
}

/** Medians of some runs. */
export interface Figures {
  /** Answers a second while p99 is below 20 ms. */
  perSecond: number;
  /** Processor time of an answer then, in microseconds. */
  cpuUs: number;
  /** The same of PostgreSQL, storing what was shown included. */
  postgresUs: number;
  /** At half of that rate. */
  p50Us: number;
  p99Us: number;
}

type Run = Heard & Pick<Figures, "cpuUs" | "postgresUs"> & { half: Heard };

/**
 * Measures each of the servers in each round, so that all have the same machine. With as many connections as give each the most
 * answers while p99 stays below 20 ms; where none does, with the fewest, and a word on stderr.
 */
export async function measureAll<Name extends string>(
  targets: Readonly<Record<Name, Target>>,
  rounds: number,
): Promise<Record<Name, Figures>> {
  const all: { name: Name; target: Target; connections: number; runs: Run[] }[] = [];
  for (const [name, target] of Object.entries(targets) as [Name, Target][])
    all.push({ name, target, connections: await findConnections(target), runs: [] });
  for (let round = 0; round < rounds; round += 1)
    for (const { target, connections, runs } of all) runs.push(await measureOnce(target, connections));
  const figures = all.map(({ name, target, connections, runs }) => {
    const found = figuresOf(runs);
    const late = runs.filter((run) => !isGood(run)).map(({ p99Us }) => Math.round(p99Us));
    if (late.length > 0)
      console.error(
        `bench: ${target.name}, ${connections} connections: p99 of ${late.join(", ")} µs; the machine does not rest`,
      );
    return [name, found] as const;
  });
  return Object.fromEntries(figures) as Record<Name, Figures>;
}

async function findConnections(target: Target): Promise<number> {
  await ask(target, { connections: 16, seconds: WARM_SECONDS });
  let best = { connections: CONNECTIONS[0] as number, perSecond: 0 };
  for (const connections of CONNECTIONS) {
    const heard = await ask(target, { connections, seconds: TRY_SECONDS });
    if (isGood(heard) && rateOf(heard) > best.perSecond) best = { connections, perSecond: rateOf(heard) };
  }
  return best.connections;
}

async function measureOnce(target: Target, connections: number): Promise<Run> {
  const cpu = () => Promise.all([target.pid, target.postgresPid].map((pid) => (pid ? treeCpuUs(pid) : 0)));
  const before = await cpu();
  const heard = await ask(target, { connections, seconds: SECONDS });
  const after = await cpu();
  if (heard.answers === 0) throw new Error(`${target.name}: answered nothing of ${heard.failures} requests`);
  const [cpuUs = 0, postgresUs = 0] = after.map((us, at) => (us - (before[at] as number)) / heard.answers);
  const perSecond = Math.ceil(rateOf(heard) / 2);
  const half = await ask(target, { connections: PACED_CONNECTIONS, seconds: SECONDS, perSecond });
  return { ...heard, cpuUs, postgresUs, half };
}

function figuresOf(runs: readonly Run[]): Figures {
  const middle = (of: (run: Run) => number) => median(runs.map(of)) ?? Number.NaN;
  return {
    perSecond: middle(rateOf),
    cpuUs: middle(({ cpuUs }) => cpuUs),
    postgresUs: middle(({ postgresUs }) => postgresUs),
    p50Us: middle(({ half }) => half.p50Us),
    p99Us: middle(({ half }) => half.p99Us),
  };
}

function isGood({ answers, failures, p99Us }: Heard): boolean {
  return answers > 0 && failures === 0 && p99Us < LONGEST_P99_US;
}

function rateOf({ answers, seconds }: Heard): number {
  return answers / seconds;
}

async function ask(
  { port, headers, requests, wrong }: Target,
  how: Pick<Load, "connections" | "seconds" | "perSecond">,
): Promise<Heard> {
  const child = spawn(process.execPath, [LOAD_PROCESS], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify({ port, headers, requests, wrong, ...how } satisfies Load));
  return JSON.parse(await text(child.stdout)) as Heard;
}
