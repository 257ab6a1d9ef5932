/**
 * ALS on the example's data beside the `implicit` package from PyPI: same split, settings, people and metric, both on one
 * thread. Ours is judged as it serves, through its ONNX file, everybody folded in; implicit with the factors that it keeps
 * of each person. Not measured: many cores, larger data, and how either depends on its settings.
 */
import { mean, median, ndcgAt, recallAt } from "../core/metrics.ts";
import { historyOf, peopleIn, type TrainingSet } from "../core/training-set.ts";
import { evaluate } from "../scoring/evaluate.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { trainAls } from "../trainers/als.ts";
import type { BenchLine } from "./bench-line.ts";
import { candidateOf, definition, movieTrainingSet } from "./movies.ts";
import { runPython } from "./python.ts";

/** Factors begin at random, and the metric with them: one seed alone moves it by some per cent. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

interface Figures {
  ndcg: number;
  recall: number;
  seconds: number;
}

export async function run(): Promise<BenchLine[]> {
  const set = await movieTrainingSet();
  const ours: Figures[] = [];
  for (const seed of SEEDS) ours.push(await measureOurs(set, seed));
  const peers = await measureImplicit(set);
  const line = (name: string, unit: string, figure: keyof Figures, of = mean): BenchLine => {
    const [our, peer] = [ours, peers].map((all) => of(all.map((one) => one[figure])) as number) as [
      number,
      number,
    ];
    return { name: `als-vs-implicit: ${name}`, ours: our, peer, ratio: our / peer, unit, runs: SEEDS.length };
  };
  const { k } = definition.evaluation;
  return [
    line(`NDCG@${k}`, "mean of the seeds", "ndcg"),
    line(`recall@${k}`, "mean of the seeds", "recall"),
    line("training", "s", "seconds", median),
  ];
}

async function measureOurs(set: TrainingSet, seed: number): Promise<Figures> {
  const start = performance.now();
  const bytes = trainAls(set, { ...candidateOf("als"), seed }, () => {});
  const seconds = (performance.now() - start) / 1_000;
  const recommender = await loadRecommender(bytes);
  const { ndcg = Number.NaN, recall = Number.NaN } = await evaluate(
    recommender,
    set,
    definition.evaluation.k,
  );
  await recommender.close();
  return { ndcg, recall, seconds };
}

async function measureImplicit(set: TrainingSet): Promise<Figures[]> {
  const { k } = definition.evaluation;
  const people = Array.from({ length: peopleIn(set.train) }, (_, person) => person);
  const judged = people.filter((person) => historyOf(set.heldOut, person).length > 0);
  const answers = await runPython<{ seconds: number; rankings: number[][] }[]>("als_vs_implicit.py", {
    train: people.map((person) => [...historyOf(set.train, person)]),
    items: set.items.length,
    settings: candidateOf("als"),
    ...{ seeds: SEEDS, k, people: judged },
  });
  return answers.map(({ seconds, rankings }) => {
    const judge = (metric: typeof ndcgAt) =>
      mean(
        judged.map((person, at) => {
          const truth = new Set(Array.from(historyOf(set.heldOut, person), String));
          return metric(k, (rankings[at] ?? []).map(String), truth) as number;
        }),
      ) as number;
    return { seconds, ndcg: judge(ndcgAt), recall: judge(recallAt) };
  });
}
