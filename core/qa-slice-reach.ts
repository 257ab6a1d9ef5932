/** Whom and what a candidate reaches, slice by slice. */
import type { Items } from "./qa-items.ts";
import type { ItemValues } from "./qa-values.ts";
import { FEWEST_PEOPLE } from "./shelf-count.ts";
import type { PersonShelves } from "./shelf-pass.ts";
import type { SliceReach } from "./slices.ts";

interface Tally {
  people: number;
  full: number;
  /** One bit an item of the items table. */
  shown: Uint8Array;
}

/** Memory: one bit for each item in each slice. */
export class SliceReachCount {
  readonly #k: number;
  readonly #itemIds: readonly string[];
  readonly #indices: ReadonlyMap<string, number>;
  readonly #tallies = new Map<string, Tally>();

  constructor(k: number, items: Items) {
    this.#k = k;
    this.#itemIds = [...items.keys()];
    this.#indices = new Map(this.#itemIds.map((itemId, index) => [itemId, index]));
  }

  /** @param isOwn whether the candidate itself answered */
  add({ segments, candidate }: Pick<PersonShelves, "segments" | "candidate">, isOwn: boolean): void {
    const isFull = isOwn && new Set(candidate.map(({ itemId }) => itemId)).size >= this.#k;
    for (const slice of new Set(segments)) {
      const tally = this.#tallyOf(slice);
      tally.people += 1;
      if (isFull) tally.full += 1;
      for (const { itemId } of candidate) {
        const index = this.#indices.get(itemId);
        if (index !== undefined)
          tally.shown[index >> 3] = (tally.shown[index >> 3] ?? 0) | (1 << (index & 7));
      }
    }
  }

  /** By slice; the shares are null where there are too few people to tell one. */
  reach(values: ItemValues): Map<string, SliceReach> {
    return new Map(Array.from(this.#tallies, ([slice, tally]) => [slice, this.#describe(tally, values)]));
  }

  #describe({ people, full, shown }: Tally, values: ItemValues): SliceReach {
    if (people < FEWEST_PEOPLE) return { people, fullShelves: null, itemCoverage: null, valueCoverage: null };
    const seen = this.#itemIds.filter((_, index) => ((shown[index >> 3] ?? 0) >> (index & 7)) & 1);
    const value = seen.reduce((sum, itemId) => sum + values.of(itemId), 0);
    return {
      people,
      fullShelves: full / people,
      itemCoverage: this.#itemIds.length === 0 ? null : seen.length / this.#itemIds.length,
      valueCoverage: values.total === 0 ? null : Math.min(1, value / values.total),
    };
  }

  #tallyOf(slice: string): Tally {
    const known = this.#tallies.get(slice);
    if (known) return known;
    const tally = { people: 0, full: 0, shown: new Uint8Array(Math.ceil(this.#itemIds.length / 8)) };
    this.#tallies.set(slice, tally);
    return tally;
  }
}
