import type { LiveRelease } from "../../db/views/live.ts";
import { type Loaded, ServedVersion } from "./served-version.ts";

/** A version that doesn't load is tried again after 1 s, 2 s, 4 s … up to this. */
const LONGEST_PAUSE_MS = 30_000;

export interface Lease {
  model: Loaded;
  interactionsTable: string | null;
  release(): void;
}

/** What one model serves, for /readyz. */
export interface ServingState {
  version: number | null;
  /** Why the live version isn't what is served, or doesn't answer; null when it does. */
  problem: string | null;
}

/** What one model serves: the live version, and the last good one before it, which stays warm. */
export class Slot {
  interactionsTable: string | null = null;
  #served: ServedVersion | undefined;
  #lastGood: ServedVersion | undefined;
  #failure: { fence: number; message: string; tries: number; notBefore: number } | undefined;

  get served(): ServedVersion | undefined {
    return this.#served;
  }

  get lastGood(): ServedVersion | undefined {
    return this.#lastGood;
  }

  /** Whether to load this now: it is newer than what is served, or that lacks its model. A fence never goes back. */
  wants(live: LiveRelease): boolean {
    if (this.#failure?.fence === live.fence && Date.now() < this.#failure.notBefore) return false;
    const served = this.#served?.loaded;
    if (!served || served.fence < live.fence) return true;
    return served.fence === live.fence && !served.recommender;
  }

  /** Notes that PostgreSQL's word is older than what is served, as after a restored backup. */
  noteBehind(live: LiveRelease): void {
    const fence = this.#served?.loaded.fence ?? 0;
    if (live.fence >= fence) return;
    const message = `PostgreSQL says version ${live.version} by flip ${live.fence}, and flip ${fence} was served already`;
    this.#failure = { fence: live.fence, message, tries: 1, notBefore: Date.now() };
  }

  swap(loaded: Loaded, release?: LiveRelease): void {
    const before = this.#served;
    this.#served = new ServedVersion(loaded, release);
    if (loaded.recommender) this.#failure = undefined;
    if (before) this.#keepWarm(before);
  }

  /** Takes a version as the one to fall back on, unless there is one. */
  fallBackOn(loaded: Loaded, release: LiveRelease): void {
    if (!this.#lastGood) this.#lastGood = new ServedVersion(loaded, release);
  }

  /** True for the first failure of this flip. */
  noteFailure(live: LiveRelease, error: Error): boolean {
    const tries = this.#failure?.fence === live.fence ? this.#failure.tries + 1 : 1;
    this.#failure = {
      fence: live.fence,
      message: `version ${live.version}: ${error.message}`,
      tries,
      notBefore: Date.now() + Math.min(1_000 * 2 ** (tries - 1), LONGEST_PAUSE_MS),
    };
    return tries === 1;
  }

  /** The live version; the last good one while that has no model, or fails and rests; undefined when nothing was ever live. */
  lease(): Lease | undefined {
    const served = this.#chosen();
    if (!served) return undefined;
    const release = served.lease();
    return { model: served.loaded, interactionsTable: this.interactionsTable, release };
  }

  state(): ServingState {
    const failing = this.#served?.loaded.recommender?.problem;
    const version = this.#chosen()?.loaded.version ?? null;
    if (!failing) return { version, problem: this.#failure?.message ?? null };
    return { version, problem: `version ${this.#served?.loaded.version}: ${failing}` };
  }

  close(): void {
    this.#served?.retire();
    this.#lastGood?.retire();
  }

  #chosen(): ServedVersion | undefined {
    const live = this.#served?.loaded.recommender;
    const isDown = live ? live.isGivenUp : this.#served !== undefined;
    return isDown && this.#lastGood?.loaded.recommender?.isGivenUp === false ? this.#lastGood : this.#served;
  }

  /** What was rolled back is not good, and neither is what never had its model or fails now. */
  #keepWarm(before: ServedVersion): void {
    const { version, recommender } = before.loaded;
    const now = (this.#served as ServedVersion).loaded;
    const isGood = recommender && recommender.problem === null && version < now.version;
    const [kept, dropped] = isGood ? [before, this.#lastGood] : [this.#lastGood, before];
    dropped?.retire();
    if (kept && kept.loaded.version !== now.version) this.#lastGood = kept;
    else {
      kept?.retire();
      this.#lastGood = undefined;
    }
  }
}
