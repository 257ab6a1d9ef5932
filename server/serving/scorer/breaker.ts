/** How often something may fail in a row before it is left alone, and for how long. Times in milliseconds. */
export interface BreakerSettings {
  opensAfter: number;
  /** At first; doubled with each trial that fails. */
  restMs: number;
  longestRestMs: number;
}

/**
 * Closed, it lets everything through. After some failures in a row it opens: nothing for a while, then one trial
 * (half-open), which closes it or opens it for twice as long. The clock is the caller's: any that never goes back.
 */
export class Breaker {
  readonly #settings: BreakerSettings;
  #failures = 0;
  #firstFailureAt: number | undefined;
  #restMs: number;
  #restUntil: number | undefined;
  #isTrying = false;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
    this.#restMs = settings.restMs;
  }

  /** Since the first failure in a row; 0 when the last try went well. */
  failingForMs(now: number): number {
    return this.#firstFailureAt === undefined ? 0 : now - this.#firstFailureAt;
  }

  get isOpen(): boolean {
    return this.#restUntil !== undefined;
  }

  /** Whether nothing is let through at this moment; asking changes nothing. */
  rests(now: number): boolean {
    return this.#restUntil !== undefined && (this.#isTrying || now < this.#restUntil);
  }

  /** Until the next trial; 0 when it is closed. */
  restLeftMs(now: number): number {
    return Math.max(0, (this.#restUntil ?? now) - now);
  }

  /** Whether to try now. Each yes is to be followed by `succeeded`, `failed` or `cannotTell`. */
  mayTry(now: number): boolean {
    if (this.rests(now)) return false;
    this.#isTrying = this.isOpen;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#firstFailureAt = undefined;
    this.#restUntil = undefined;
    this.#restMs = this.#settings.restMs;
    this.#isTrying = false;
  }

  failed(now: number): void {
    this.#failures++;
    this.#firstFailureAt ??= now;
    if (this.#isTrying) this.#restMs = Math.min(this.#restMs * 2, this.#settings.longestRestMs);
    else if (this.isOpen || this.#failures < this.#settings.opensAfter) return;
    this.#isTrying = false;
    this.#restUntil = now + this.#restMs;
  }

  /** The try ended for a reason that lies elsewhere. */
  cannotTell(): void {
    this.#isTrying = false;
  }
}
