import { coverage, mean, median, ndcgAt, recallAt } from "../core/metrics.ts";
import { type Histories, historyOf, peopleIn, type TrainingSet } from "../core/training-set.ts";
import type { Recommender } from "./recommender.ts";

/** People between two words of progress. */
const PROGRESS_EVERY = 200;

/** How good a recommender is on a training set's held-out part. Metrics are means over the people judged. */
export interface Evaluation {
  /** Those with something held out that they didn't have before: what is in a history is never shown again. */
  people: number;
  ndcg: number | undefined;
  recall: number | undefined;
  /** Share of the set's items that somebody of those judged was shown. */
  coverage: number | undefined;
  /** Median of one answer; undefined when nobody was judged. */
  answerMs: number | undefined;
}

export interface EvaluationTools {
  signal?: AbortSignal;
  progress?: (words: string) => void;
}

/**
 * Asks for each person's best `k` items from the train part of the history and compares them with the held-out part.
 * Goes by item id, so a recommender that was trained on other items can be judged on the same people.
 */
export async function evaluate(
  recommender: Recommender,
  set: TrainingSet,
  k: number,
  { signal, progress }: EvaluationTools = {},
): Promise<Evaluation> {
  const offered = new Set(set.items);
  const shown = new Set<string>();
  const figures = { ndcg: [] as number[], recall: [] as number[], answerMs: [] as number[] };
  for (let person = 0; person < peopleIn(set.train); person += 1) {
    signal?.throwIfAborted();
    if (person % PROGRESS_EVERY === 0) progress?.(`${person} of ${peopleIn(set.train)} people judged`);
    const history = idsOf(set, set.train, person);
    const truth = new Set(idsOf(set, set.heldOut, person)).difference(new Set(history));
    if (truth.size === 0) continue;
    const started = performance.now();
    const answer = await recommender.recommend(history, k);
    figures.answerMs.push(performance.now() - started);
    const ranking = answer.map(({ itemId }) => itemId);
    for (const item of ranking) if (offered.has(item)) shown.add(item);
    figures.ndcg.push(ndcgAt(k, ranking, truth) as number);
    figures.recall.push(recallAt(k, ranking, truth) as number);
  }
  const people = figures.ndcg.length;
  return {
    people,
    ndcg: mean(figures.ndcg),
    recall: mean(figures.recall),
    coverage: people === 0 ? undefined : coverage(shown.size, set.items.length),
    answerMs: median(figures.answerMs),
  };
}

function idsOf(set: TrainingSet, histories: Histories, person: number): string[] {
  return Array.from(historyOf(histories, person), (item) => set.items[item] as string);
}
