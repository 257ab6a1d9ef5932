/** What a place of a list is expected to earn by its item, learned from one half of the people for the other. */

/** Showings that an item's own reward counts for, at the mean of all: few showings say little. */
const PRIOR_SHOWINGS = 20;

/** Showings of one item in one place, summed up over people of one half. */
export interface Showings {
  /** Of the people: 0 or 1. */
  half: 0 | 1;
  itemId: string;
  /** From 0. */
  place: number;
  shown: number;
  reward: number;
  /** Mean reward of the place over all items, in this half. */
  placeMean: number;
}

/**
 * Each half's guesses: the place's mean, times how much more the item earned than its places do, pulled towards 1. Those of a person
 * come from the other half, so that nobody's reward is in the guess of it.
 */
export class RewardGuesses {
  readonly #of = [new HalfGuesses(), new HalfGuesses()] as const;

  add({ half, ...showings }: Showings): void {
    this.#of[half].add(showings);
  }

  /** For a person of this half; 0 of no item. */
  guess(half: 0 | 1, itemId: string | undefined, place: number): number {
    return itemId === undefined ? 0 : this.#of[half === 0 ? 1 : 0].guess(itemId, place);
  }
}

class HalfGuesses {
  readonly #placeMeans: number[] = [];
  readonly #items = new Map<string, { expected: number; reward: number }>();
  #shown = 0;
  #reward = 0;

  add({ itemId, place, shown, reward, placeMean }: Omit<Showings, "half">): void {
    const sums = this.#items.get(itemId) ?? { expected: 0, reward: 0 };
    this.#items.set(itemId, { expected: sums.expected + shown * placeMean, reward: sums.reward + reward });
    this.#placeMeans[place] = placeMean;
    this.#shown += shown;
    this.#reward += reward;
  }

  guess(itemId: string, place: number): number {
    if (this.#reward === 0) return 0;
    const mean = this.#reward / this.#shown;
    const prior = PRIOR_SHOWINGS * mean;
    const { expected, reward } = this.#items.get(itemId) ?? { expected: 0, reward: 0 };
    return ((this.#placeMeans[place] ?? mean) * (reward + prior)) / (expected + prior);
  }
}
