import type { Recommendation, Recommender } from "../../../scoring/recommender.ts";
import { Breaker } from "./breaker.ts";
import { ModelAway } from "./guarded-model.ts";
import { ScorerChild } from "./scorer-child.ts";

/** Deaths in a row until it is left dead for 2 s, 4 s, … up to 30 s before one more start. */
const BREAKER = { opensAfter: 5, restMs: 2_000, longestRestMs: 30_000 };
/** Before the second start; doubled with each that follows, until the breaker opens. */
const FIRST_PAUSE_MS = 50;
/** A timer may come this much too early. */
const TIMER_MS = 5;
/** What has lived so long, with all models loaded, counts as well. */
const WELL_AFTER_MS = 5_000;

export interface ScorerSettings {
  /** Bytes of a model, checked against its digest. */
  bytesOf(digest: string): Promise<Uint8Array>;
  /** Of one answer, in milliseconds. */
  deadlineMs: number;
  /** Most memory of the process, in MB. */
  memoryMb: number;
  /** Told how long each list took, its queue included, in milliseconds; those that came too late, too. */
  onScored?: (ms: number) => void;
  /** Told of each death. */
  onProblem: (error: Error) => void;
}

/**
 * Runs models in a process of its own, which a crash, a full memory or a kill ends without the server. It is started with
 * the first model, and again when it dies; what is asked meanwhile fails at once as `ModelAway`.
 */
export class Scorer {
  readonly #settings: ScorerSettings;
  readonly #breaker = new Breaker(BREAKER);
  /** How often each model is open. */
  readonly #open = new Map<string, number>();
  /** Those that the process of now has. */
  readonly #ready = new Set<string>();
  #child: ScorerChild | undefined;
  #deaths = 0;
  #problem: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(settings: ScorerSettings) {
    this.#settings = settings;
  }

  /** Why no model answers now; null when they do, or none was opened. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Of the memory it may have, how much its process took when it last said so; from 0 to 1. */
  get memoryShare(): number {
    return this.#child?.memoryShare ?? 0;
  }

  /**
   * Loads a model, which has answered then. The same one again costs nothing.
   * @param deadlineMs of one answer of it
   * @throws {BrokenPromise} it is no recommender @throws {ModelAway} the process died, or is about to be started again
   */
  async open(digest: string, deadlineMs = this.#settings.deadlineMs): Promise<Recommender> {
    const bytes = this.#ready.has(digest) ? undefined : await this.#settings.bytesOf(digest);
    if (!this.#child && this.#problem === null && !this.#isClosed) this.#start();
    if (!this.#child) throw this.#away();
    if (bytes) await this.#child.load(digest, bytes);
    this.#ready.add(digest);
    this.#open.set(digest, (this.#open.get(digest) ?? 0) + 1);
    let isOpen = true;
    return {
      recommend: (history, k) => this.#ask(digest, history, k, deadlineMs),
      close: async () => {
        if (isOpen) this.#letGo(digest);
        isOpen = false;
      },
    };
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#child?.kill("closed");
  }

  async #ask(
    digest: string,
    history: readonly string[],
    k: number,
    deadlineMs: number,
  ): Promise<Recommendation[]> {
    if (!this.#child || !this.#ready.has(digest)) throw this.#away();
    return this.#child.ask(digest, history, k, deadlineMs);
  }

  #start(): void {
    this.#breaker.mayTry(performance.now());
    const child = new ScorerChild({ ...this.#settings, onEnd: (why) => this.#ended(child, why) });
    this.#child = child;
  }

  #ended(child: ScorerChild, why: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#ready.clear();
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#deaths++;
    this.#breaker.failed(performance.now());
    this.#problem = `its process ended (${why}); ${this.#breaker.isOpen ? "it rests after failures, then is tried again" : "it is started again"}`;
    this.#settings.onProblem(new ModelAway(`scorer: ${this.#problem}`));
    const pause = FIRST_PAUSE_MS * 2 ** (this.#deaths - 1);
    this.#startIn(this.#breaker.isOpen ? this.#breaker.restLeftMs(performance.now()) + TIMER_MS : pause);
  }

  #startIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#start();
      void this.#restore(this.#child as ScorerChild);
    }, ms);
  }

  /** Gives a new process all models that are open; those that it doesn't get are tried again. */
  async #restore(child: ScorerChild): Promise<void> {
    let failure: Error | undefined;
    for (const digest of [...this.#open.keys()].filter((one) => !this.#ready.has(one)))
      try {
        const bytes = await this.#settings.bytesOf(digest);
        if (child === this.#child) await child.load(digest, bytes);
        if (child === this.#child) this.#ready.add(digest);
      } catch (error) {
        failure = error as Error;
      }
    if (child !== this.#child) return;
    this.#problem = failure ? `a model could not be loaded again: ${failure.message}` : null;
    if (failure) this.#settings.onProblem(failure);
    this.#timer = setTimeout(() => {
      if (failure) return void this.#restore(child);
      this.#deaths = 0;
      this.#breaker.succeeded();
    }, WELL_AFTER_MS);
  }

  #letGo(digest: string): void {
    const left = (this.#open.get(digest) ?? 1) - 1;
    if (left > 0) {
      this.#open.set(digest, left);
      return;
    }
    this.#open.delete(digest);
    if (this.#ready.delete(digest)) this.#child?.unload(digest);
  }

  #away(): ModelAway {
    return new ModelAway(`scorer: ${this.#problem ?? "is starting"}; the popularity list answers`);
  }
}
