/**
 * One answer of each kind of recommender, in process, beside a bare `session.run` of the same file with inputs that are
 * made beforehand and an answer that nobody reads. Not measured: HTTP and the look-up of the history (see serving).
 */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { median } from "../core/metrics.ts";
import { DEFAULT_MAX_SIZE_MB } from "../core/model-limit.ts";
import type { TrainingSet } from "../core/training-set.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import type { TrainerSettings } from "../trainers/settings.ts";
import { train } from "../trainers/train.ts";
import type { BenchLine } from "./bench-line.ts";
import { candidateOf, definition, medianHistory, movieTrainingSet } from "./movies.ts";

const CALLS = 2_000;
const RUNS = 5;

export async function run(): Promise<BenchLine[]> {
  const set = await movieTrainingSet();
  const settings: TrainerSettings[] = [
    { trainer: "popularity", maxSizeMb: DEFAULT_MAX_SIZE_MB },
    candidateOf("item_similarity"),
    candidateOf("als"),
  ];
  const lines: BenchLine[] = [];
  for (const one of settings) lines.push(await measure(set, one));
  return lines;
}

async function measure(set: TrainingSet, settings: TrainerSettings): Promise<BenchLine> {
  const bytes = train(set, settings, () => {});
  const { k } = definition.evaluation;
  const history = medianHistory(set);
  const recommender = await loadRecommender(bytes);
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const feeds = {
    history: new Tensor("string", history, [history.length]),
    k: new Tensor("int64", BigInt64Array.of(BigInt(k)), [1]),
  };
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let attempt = 0; attempt < RUNS; attempt += 1) {
    bare.push(await callMs(() => session.run(feeds)));
    ours.push(await callMs(() => recommender.recommend(history, k)));
  }
  await Promise.all([recommender.close(), session.release()]);
  const [our, peer] = [median(ours) as number, median(bare) as number];
  const name = `recommend: ${settings.trainer}, ${history.length} items in the history`;
  return { name, ours: our, peer, ratio: our / peer, unit: "ms", runs: RUNS };
}

async function callMs(call: () => Promise<unknown>): Promise<number> {
  for (let warmUp = 0; warmUp < CALLS / 10; warmUp += 1) await call();
  const start = performance.now();
  for (let count = 0; count < CALLS; count += 1) await call();
  return (performance.now() - start) / CALLS;
}
