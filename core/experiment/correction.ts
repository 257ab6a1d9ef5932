/** P-values of several questions asked at once, made larger so that the answers together err no more often than one. */

/**
 * Holm's step-down (1979): a p-value below alpha afterwards is false in at most alpha of experiments, whatever the others. For
 * what decides. In the order given.
 */
export function holm(ps: readonly number[]): number[] {
  let largest = 0;
  return inOrderOf(ps, (p, rank) => {
    largest = Math.max(largest, Math.min(1, p * (ps.length - rank)));
    return largest;
  });
}

/**
 * Benjamini and Hochberg's step-up (1995): of the findings below alpha afterwards at most a share of alpha is false, on
 * average. For what is only looked through, as segments. In the order given.
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  let smallest = 1;
  const backwards = ps.map((p) => -p);
  return inOrderOf(backwards, (p, rank) => {
    smallest = Math.min(smallest, (-p * ps.length) / (ps.length - rank));
    return smallest;
  });
}

/** Applies `change` to the numbers from the smallest on, and puts the results where the numbers were. */
function inOrderOf(numbers: readonly number[], change: (number: number, rank: number) => number): number[] {
  const changed = new Array<number>(numbers.length).fill(0);
  const order = numbers.map((number, at) => ({ number, at })).sort((a, b) => a.number - b.number);
  for (const [rank, { number, at }] of order.entries()) changed[at] = change(number, rank);
  return changed;
}
