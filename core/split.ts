import type { Histories, TrainingSet } from "./training-set.ts";

/** Float dust below this doesn't take an interaction out of the holdout: 0.29 × 100 is 28.999999999999996. */
const DUST = 1e-9;

/**
 * How many of a person's `count` interactions are held out: the last `share`, rounded down, but at least one of a person
 * with two or more, so that everybody who can be judged is; and never all.
 */
export function heldOutCount(count: number, share: number): number {
  if (count < 2) return 0;
  return Math.min(count - 1, Math.max(1, Math.floor(count * share + DUST)));
}

/** Makes a training set of histories that come one person after the other. */
export class HistorySplitter {
  readonly #items: readonly string[];
  readonly #indices: ReadonlyMap<string, number>;
  readonly #share: number;
  readonly #train = new GrowingHistories();
  readonly #heldOut = new GrowingHistories();

  /** @param items ids, each once @param share of each person's last interactions to hold out, 0 to 1 */
  constructor(items: readonly string[], share: number) {
    this.#items = items.toSorted(); // by code unit
    this.#indices = new Map(this.#items.map((item, index) => [item, index]));
    this.#share = share;
  }

  /** The next person's items in time order, each once and among `items`; without any it is nobody. */
  add(history: readonly string[]): void {
    if (history.length === 0) return;
    const indices = history.map((item) => this.#indices.get(item) as number);
    const cut = history.length - heldOutCount(history.length, this.#share);
    this.#train.add(indices.slice(0, cut));
    this.#heldOut.add(indices.slice(cut));
  }

  finish(): TrainingSet {
    return { items: [...this.#items], train: this.#train.finish(), heldOut: this.#heldOut.finish() };
  }
}

/** Int32Arrays that double: a number of a plain array takes several times the memory. */
class GrowingHistories {
  #starts = new Int32Array(1_024);
  #items = new Int32Array(16_384);
  #people = 0;
  #length = 0;

  add(items: readonly number[]): void {
    this.#items = withRoom(this.#items, this.#length + items.length);
    this.#items.set(items, this.#length);
    this.#length += items.length;
    this.#people += 1;
    this.#starts = withRoom(this.#starts, this.#people + 1);
    this.#starts[this.#people] = this.#length;
  }

  finish(): Histories {
    return {
      starts: this.#starts.slice(0, this.#people + 1),
      items: this.#items.slice(0, this.#length),
    };
  }
}

function withRoom(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const larger = new Int32Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}
