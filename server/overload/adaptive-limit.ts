export interface LimitSettings {
  /** How long requests may wait for the processor, in milliseconds. */
  targetMs: number;
  /** The limit's bounds, whole numbers from 1. */
  least: number;
  most: number;
}

/** What a process begins with: more than most machines need at once, and few enough to wait for. */
const FIRST = 64;
/** However late they were, the limit falls to no less than this share at one go: what was late may have been one pause. */
const STEEPEST = 0.5;
/** A queue shorter than this share of the target lets more in; between that and the target the limit stays. */
const CALM_SHARE = 0.8;

/**
 * How many may be under way at once, so that they don't wait longer than the target. Additive increase, multiplicative
 * decrease (Chiu and Jain 1989), the decrease by the ratio of the wait that is wanted to the one that is measured, as the
 * gradient of Netflix's concurrency-limits; by Little's law that ratio is how many too many there are.
 */
export class AdaptiveLimit {
  readonly #settings: LimitSettings;
  #limit: number;

  constructor(settings: LimitSettings) {
    this.#settings = settings;
    this.#limit = Math.min(settings.most, Math.max(settings.least, FIRST));
  }

  /** A whole number within its bounds. */
  get value(): number {
    return Math.floor(this.#limit);
  }

  /**
   * @param waitedMs what the slower requests of the last while waited
   * @param mostAtOnce that were under way in it: a limit that nobody came near says nothing of what more would do
   */
  adapt(waitedMs: number, mostAtOnce: number): void {
    const { targetMs, least, most } = this.#settings;
    if (waitedMs > targetMs)
      this.#limit = Math.max(least, this.#limit * Math.max(STEEPEST, targetMs / waitedMs));
    else if (waitedMs <= targetMs * CALM_SHARE && mostAtOnce >= this.value / 2)
      this.#limit = Math.min(most, this.#limit + Math.max(1, Math.sqrt(this.#limit) / 2));
  }
}
