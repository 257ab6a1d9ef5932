/** How good one person's ranking is against what that person went on to choose. Definitions as in the literature. */

/**
 * NDCG@k with yes/no relevance (Järvelin and Kekäläinen 2002): gain 1 / log2(rank + 1), divided by that of the best
 * ranking of length `k`. 0 to 1; undefined without truth.
 * @param ranking item ids, best first; what stands after the first `k` doesn't count
 */
export function ndcgAt(
  k: number,
  ranking: readonly string[],
  truth: ReadonlySet<string>,
): number | undefined {
  if (truth.size === 0) return undefined;
  let gain = 0;
  ranking.slice(0, k).forEach((item, place) => {
    if (truth.has(item)) gain += discount(place);
  });
  let best = 0;
  for (let place = 0; place < Math.min(k, truth.size); place += 1) best += discount(place);
  return gain / best;
}

/**
 * Recall@k: share of the truth that is among the first `k`. 0 to 1; undefined without truth. The divisor is the whole
 * truth, so with more than `k` items in it even the best ranking stays below 1 (some authors divide by min(k, truth)).
 */
export function recallAt(
  k: number,
  ranking: readonly string[],
  truth: ReadonlySet<string>,
): number | undefined {
  if (truth.size === 0) return undefined;
  return ranking.slice(0, k).filter((item) => truth.has(item)).length / truth.size;
}

/** Share of a catalogue of `items` that `shown` of them make, 0 to 1 (Ge et al. 2010); undefined without items. */
export function coverage(shown: number, items: number): number | undefined {
  return items === 0 ? undefined : shown / items;
}

/** Arithmetic mean; undefined of nothing. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The middle value, or the mean of the two in the middle; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return mean(sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1));
}

function discount(place: number): number {
  return 1 / Math.log2(place + 2);
}
