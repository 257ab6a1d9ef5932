/**
 * The example's candidates as a run makes them, each beside the popularity list: what they find, what they cost. Training
 * is in this process; a run adds the start of a child process, about 0.2 s.
 */

import { DEFAULT_MAX_SIZE_MB } from "../core/model-limit.ts";
import { type Evaluation, evaluate } from "../scoring/evaluate.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import type { TrainerSettings } from "../trainers/settings.ts";
import { train } from "../trainers/train.ts";
import type { BenchLine } from "./bench-line.ts";
import { definition, movieTrainingSet } from "./movies.ts";

export async function run(): Promise<BenchLine[]> {
  const set = await movieTrainingSet();
  const baseline = { trainer: "popularity" as const, maxSizeMb: DEFAULT_MAX_SIZE_MB };
  const figures = new Map<string, Record<string, number>>();
  for (const [name, settings] of Object.entries({ popularity: baseline, ...definition.candidates })) {
    const start = performance.now();
    const bytes = train(set, settings as TrainerSettings, () => {});
    const seconds = (performance.now() - start) / 1_000;
    const recommender = await loadRecommender(bytes);
    const evaluation = await evaluate(recommender, set, definition.evaluation.k);
    await recommender.close();
    figures.set(name, { ...inUnits(evaluation), s: seconds, MB: bytes.length / 1e6 });
  }
  const peer = figures.get("popularity") ?? {};
  return [...figures].flatMap(([name, of]) =>
    Object.entries(of).map(([unit, ours]) => {
      const against = peer[unit] ?? Number.NaN;
      return { name: `candidates: ${name}`, ours, peer: against, ratio: ours / against, unit, runs: 1 };
    }),
  );
}

function inUnits({ ndcg, recall, coverage, answerMs }: Evaluation): Record<string, number> {
  const { k } = definition.evaluation;
  const known = (value: number | undefined) => value ?? Number.NaN;
  return {
    [`NDCG@${k}`]: known(ndcg),
    [`recall@${k}`]: known(recall),
    [`coverage@${k}`]: known(coverage),
    "ms an answer": known(answerMs),
  };
}
