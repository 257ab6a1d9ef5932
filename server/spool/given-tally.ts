/** Counts the answers that this server gave in arms of experiments, where nothing of them can be lost yet. */
import type { GivenDay } from "../../db/experiment-given.ts";

type Counted = GivenDay & { experiment: string };

/** One answer that counts in an analysis. */
export interface Given {
  experiment: string;
  /** That was meant, whatever answered. */
  arm: string;
  /** Milliseconds since 1970. */
  atMs: number;
  /** Whether its exposure was kept. */
  isKept: boolean;
}

/** By experiment, arm and day of the answer, since the start. */
export class GivenTally {
  readonly #counts = new Map<string, Counted>();
  #hasNew = false;

  count({ experiment, arm, atMs, isKept }: Given): void {
    const day = new Date(atMs).toISOString().slice(0, 10);
    const key = `${experiment} ${arm} ${day}`;
    const counted = this.#counts.get(key) ?? { experiment, arm, day, answers: 0, notKept: 0 };
    counted.answers += 1;
    if (!isKept) counted.notKept += 1;
    this.#counts.set(key, counted);
    this.#hasNew = true;
  }

  /** All counts, where there is something new since the last time; nothing otherwise. */
  takeNew(): Counted[] {
    if (!this.#hasNew) return [];
    this.#hasNew = false;
    return [...this.#counts.values()].map((counted) => ({ ...counted }));
  }

  /** They could not be written: they are new again. */
  giveBack(): void {
    this.#hasNew = true;
  }
}
