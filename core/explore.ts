/** Exploration: a small share of a list's places shows what the model would not show yet, so that its worth is learned. */
import type { Placed } from "./arrange.ts";

export interface Explored {
  items: (Placed & { isExplored: boolean })[];
  /** How likely each place was to show what it shows. */
  propensities: number[];
}

/**
 * Each place that no rule put anything in and that isn't filled up explores with chance `share`, by itself; it then shows
 * an item of the pool, each as likely as the others, none twice. So a place that may explore shows its own item with
 * chance 1 - share, and each of the pool's with share / pool; any other shows what it shows with chance 1. Of a pool
 * with fewer items than places only as many places may explore, the last ones.
 * @param pool the model's next items, none of which may be hidden or in the list
 * @param of share: from 0 to 1; random: gives numbers from 0, below 1
 */
export function explore(
  list: readonly Placed[],
  pool: readonly { itemId: string; score: number }[],
  { share, random }: { share: number; random: () => number },
): Explored {
  const free = list.flatMap(({ rule, isFilled }, place) => (rule || isFilled ? [] : [place]));
  const open = new Set(pool.length === 0 ? [] : free.slice(-pool.length));
  const left = [...pool];
  const items: Explored["items"] = [];
  const propensities: number[] = [];
  for (const [place, item] of list.entries()) {
    const drawn =
      open.has(place) && random() < share ? left.splice(Math.floor(random() * left.length), 1)[0] : undefined;
    items.push(
      drawn
        ? { ...drawn, rule: undefined, isFilled: false, isExplored: true }
        : { ...item, isExplored: false },
    );
    propensities.push(open.has(place) ? (drawn ? share / pool.length : 1 - share) : 1);
  }
  return { items, propensities };
}
