/** Places that show what the model would not: its next items, so that their worth is learned, and items that are new. */
import type { Placed } from "./arrange.ts";

interface Item {
  itemId: string;
  score: number;
}

/** A least share of places for new items. */
export interface NewItemDraw {
  /** Of all places of the list, from 0 to 1. */
  share: number;
  /** New items that may come, each as likely as the others. None may be hidden, in the list, or in the pool of exploration. */
  pool: readonly Item[];
  isNew(itemId: string): boolean;
}

export interface Drawing {
  /** From 0 to 1; 0 where nothing is explored. */
  share: number;
  newItems?: NewItemDraw;
  /** Gives numbers from 0, below 1. */
  random(): number;
}

export interface Explored {
  items: (Placed & { isExplored: boolean; isDrawnAsNew: boolean })[];
  /** How likely each place was to show what it shows. */
  propensities: number[];
}

/**
 * Each place that no rule put anything in and that isn't filled up explores with chance `share`, by itself; it then shows
 * an item of the pool, each as likely as the others, none twice. So a place that may explore shows its own item with
 * chance 1 - share, and each of the pool's with share / pool; any other shows what it shows with chance 1. Of a pool
 * with fewer items than places only as many places may explore, the last ones.
 *
 * Before that, places without a rule that show nothing new draw a new item, all with one chance: such that the mean number of
 * new items in such lists is at least their share of the places, or all that there are. What is new already stays.
 * @param pool the model's next items, none of which may be hidden, in the list, or new where new items are drawn
 */
export function explore(
  list: readonly Placed[],
  pool: readonly Item[],
  { share, newItems, random }: Drawing,
): Explored {
  const isNew = newItems?.isNew ?? (() => false);
  const mayExplore = ({ rule, isFilled, itemId }: Placed) => !rule && !isFilled && !isNew(itemId);
  const explored = new Draws(lastPlaces(list, mayExplore, pool.length), pool, random);
  const fresh = newItems?.pool ?? [];
  const forNew = lastPlaces(list, ({ rule, itemId }) => !rule && !isNew(itemId), fresh.length);
  const drawnAsNew = new Draws(forNew, fresh, random);
  const wanted = (newItems?.share ?? 0) * list.length - list.filter(({ itemId }) => isNew(itemId)).length;
  const chance = forNew.size === 0 ? 0 : Math.min(1, Math.max(0, wanted / forNew.size));
  const items: Explored["items"] = [];
  const propensities: number[] = [];
  for (const [place, item] of list.entries()) {
    const asNew = drawnAsNew.at(place, chance);
    const next = asNew.item ? undefined : explored.at(place, share);
    const drawn = asNew.item ?? next?.item;
    const marks = { isExplored: next?.item !== undefined, isDrawnAsNew: asNew.item !== undefined };
    items.push(drawn ? { ...drawn, rule: undefined, isFilled: false, ...marks } : { ...item, ...marks });
    propensities.push(asNew.propensity * (next?.propensity ?? 1));
  }
  return { items, propensities };
}

/** The last places of a list that may draw, at most `count` of them, so that a pool is never empty. */
function lastPlaces(
  list: readonly Placed[],
  may: (item: Placed) => boolean,
  count: number,
): ReadonlySet<number> {
  const places = list.flatMap((item, place) => (may(item) ? [place] : []));
  return new Set(count === 0 ? [] : places.slice(-count));
}

/** Draws from one pool, each of what is left as likely as the others. */
class Draws {
  readonly #places: ReadonlySet<number>;
  readonly #left: Item[];
  readonly #size: number;
  readonly #random: () => number;

  constructor(places: ReadonlySet<number>, pool: readonly Item[], random: () => number) {
    this.#places = places;
    this.#left = [...pool];
    this.#size = pool.length;
    this.#random = random;
  }

  /** What a place draws with this chance, and how likely that was: this very item, or none. */
  at(place: number, chance: number): { item?: Item; propensity: number } {
    if (!this.#places.has(place) || chance === 0) return { propensity: 1 };
    if (this.#random() >= chance) return { propensity: 1 - chance };
    const [item] = this.#left.splice(Math.floor(this.#random() * this.#left.length), 1);
    return item ? { item, propensity: chance / this.#size } : { propensity: 1 };
  }
}
