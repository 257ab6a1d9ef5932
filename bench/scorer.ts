/**
 * Processor time of one answer when the model runs in the scorer's process (both processes together), beside the same model
 * in this one; one question at a time, and 16 and 64 at once. Also how long one takes. Linux only: it reads /proc.
 * Not measured: HTTP, the look-up of the history.
 */
import { readdir, readFile } from "node:fs/promises";
import { median } from "../core/metrics.ts";
import { loadRecommender, type Recommender } from "../scoring/recommender.ts";
import { Scorer } from "../server/serving/scorer/scorer.ts";
import { sha256 } from "../store/digest.ts";
import { train } from "../trainers/train.ts";
import type { BenchLine } from "./bench-line.ts";
import { candidateOf, medianHistory, movieTrainingSet } from "./movies.ts";

const CALLS = 10_000;
const RUNS = 5;
const AT_ONCE = [1, 16, 64];
const K = 10;
/** Of the times in /proc. */
const TICK_US = 10_000;

export async function run(): Promise<BenchLine[]> {
  const set = await movieTrainingSet();
  const bytes = train(set, candidateOf("item_similarity"), () => {});
  const history = medianHistory(set);
  const scorer = new Scorer({
    bytesOf: async () => bytes,
    ...{ deadlineMs: 60_000, memoryMb: 4_096 },
    onProblem: (error) => {
      throw error;
    },
  });
  const child = await scorer.open(sha256(bytes));
  const inProcess = await loadRecommender(bytes);
  const lines: BenchLine[] = [];
  for (const atOnce of AT_ONCE) {
    const ours: Figures[] = [];
    const peer: Figures[] = [];
    for (let attempt = 0; attempt < RUNS; attempt++) {
      peer.push(await measure(inProcess, history, atOnce));
      ours.push(await measure(child, history, atOnce));
    }
    for (const [what, of] of [
      ["processor time", "cpuUs"],
      ["time", "wallUs"],
    ] as const) {
      const [our, their] = [ours, peer].map((figures) => median(figures.map((one) => one[of])) as number);
      const name = `scorer: ${what} an answer, ${atOnce} at once, ${history.length} items in the history`;
      lines.push({
        ...{ name, ours: our as number, peer: their as number, unit: "µs", runs: RUNS },
        ratio: (our as number) / (their as number),
      });
    }
  }
  await Promise.all([child.close(), inProcess.close()]);
  scorer.close();
  return lines;
}

interface Figures {
  cpuUs: number;
  wallUs: number;
}

async function measure(model: Recommender, history: readonly string[], atOnce: number): Promise<Figures> {
  await ask(model, history, atOnce, CALLS / 10);
  const [cpu, start] = [await cpuUs(), performance.now()];
  await ask(model, history, atOnce, CALLS);
  const wallUs = (performance.now() - start) * 1_000;
  return { cpuUs: ((await cpuUs()) - cpu) / CALLS, wallUs: wallUs / CALLS };
}

async function ask(
  model: Recommender,
  history: readonly string[],
  atOnce: number,
  calls: number,
): Promise<void> {
  let left = calls;
  const asker = async () => {
    while (left-- > 0) await model.recommend(history, K);
  };
  await Promise.all(Array.from({ length: atOnce }, asker));
}

/** Of this process and those that it started, in microseconds. */
async function cpuUs(): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  let ticks = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    if (Number(pid) === process.pid || Number(fields[1]) === process.pid)
      ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK_US;
}
