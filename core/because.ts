/**
 * Which items of a history speak for an item of the shelf: each is left out in turn, and what the item's score loses
 * by that is its weight. This asks nothing of how the model works inside.
 */

/** The newest of a history that are left out in turn; the older ones stay in, and are never named. */
export const MOST_LEFT_OUT = 50;
/** Reasons that a person reads. */
const MOST_REASONS = 3;
/** Scores are float32: a fall of less than this share of the score may be rounding. */
const DUST = 1e-6;

type Ranking = readonly { itemId: string; score: number }[];

/** A shelf asked for without one item of the history. */
export interface Without {
  leftOut: string;
  ranking: Ranking;
}

/**
 * For each item of the shelf the history items that it stands on, the weightiest first; of equals the newest. One after
 * which the item doesn't come at all weighs most. Those without which it scores as high, or higher, are no reason.
 * @param answers newest item first
 */
export function weighReasons(shelf: Ranking, answers: readonly Without[]): Map<string, string[]> {
  const scores = answers.map(({ leftOut, ranking }) => ({
    leftOut,
    scoreOf: new Map(ranking.map(({ itemId, score }) => [itemId, score])),
  }));
  return new Map(
    shelf.map(({ itemId, score }) => {
      const reasons = scores
        .map(({ leftOut, scoreOf }) => ({
          leftOut,
          after: scoreOf.get(itemId) ?? Number.NEGATIVE_INFINITY,
        }))
        .filter(({ after }) => after < score - Math.abs(score) * DUST)
        .sort((a, b) => (a.after === b.after ? 0 : a.after - b.after)) // infinities have no difference
        .slice(0, MOST_REASONS);
      return [itemId, reasons.map(({ leftOut }) => leftOut)];
    }),
  );
}
