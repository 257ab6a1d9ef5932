import { BrokenPromise } from "../core/errors.ts";
import { findGoldenMismatch, type GoldenCase, type GoldenRows } from "../core/golden-rows.ts";
import type { Recommendation, Recommender } from "./recommender.ts";

/** Rows that are asked together. */
const AT_ONCE = 25;

/** The model's own answers to these histories. @throws {BrokenPromise} it cannot answer, or a score is not a number */
export async function answerGoldenRows(
  model: Recommender,
  histories: readonly (readonly string[])[],
  k: number,
): Promise<GoldenRows> {
  const cases: GoldenCase[] = [];
  for (const history of histories) {
    const answer = await model.recommend(history, k);
    cases.push({
      history,
      items: answer.map(({ itemId }) => itemId),
      scores: answer.map(({ score }) => score),
    });
  }
  return { k, cases };
}

/**
 * Asks a model its golden rows again, some at a time: others are answered in between, and a model in another process costs
 * no trip for each on a busy machine.
 * @throws {BrokenPromise} an answer is another than the one that was kept, or is none
 */
export async function assertGoldenRows(
  model: Recommender,
  { k, cases }: GoldenRows,
  place: string,
): Promise<void> {
  for (let first = 0; first < cases.length; first += AT_ONCE) {
    const some = cases.slice(first, first + AT_ONCE);
    const answers = await Promise.all(some.map(({ history }) => model.recommend(history, k)));
    for (const [at, one] of some.entries()) {
      const mismatch = findGoldenMismatch(one, answers[at] as Recommendation[]);
      if (mismatch)
        throw new BrokenPromise(
          `${place}: answers golden row ${first + at + 1} of ${cases.length} otherwise than when it was trained: ${mismatch}; restore the artifact, or train it again`,
        );
    }
  }
}

/** Times of single answers to the rows' histories, each asked `times` times, in milliseconds, in no order. */
export async function timeGoldenRows(
  model: Recommender,
  { k, cases }: GoldenRows,
  times: number,
): Promise<number[]> {
  const took: number[] = [];
  for (let time = 0; time < times; time += 1)
    for (const { history } of cases) {
      const started = performance.now();
      await model.recommend(history, k);
      took.push(performance.now() - started);
    }
  return took;
}
