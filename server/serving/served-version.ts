import type { Recommendation, Recommender } from "../../scoring/recommender.ts";

/** One version in memory, ready to answer. */
export interface Loaded {
  version: number;
  fence: number;
  /** The date as of which its data was read. */
  asOf: Date;
  /** Undefined when its artifact could not be loaded and nothing older was there: then the fallback answers alone. */
  recommender: Recommender | undefined;
  fallback: Recommender;
  /** The fallback's answer to a person without a history, best first: what is there whatever fails. */
  popular: readonly Recommendation[];
}

/** A version that requests lease. Retired, it closes when the last of them is done, so no request loses its model. */
export class ServedVersion {
  readonly loaded: Loaded;
  #leases = 0;
  #isRetired = false;

  constructor(loaded: Loaded) {
    this.loaded = loaded;
  }

  /** Keeps the version open until the returned function is called, once. */
  lease(): () => void {
    this.#leases++;
    return () => {
      this.#leases--;
      this.#closeIfUnused();
    };
  }

  /** No new request comes. */
  retire(): void {
    this.#isRetired = true;
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    if (!this.#isRetired || this.#leases > 0) return;
    void this.loaded.recommender?.close();
    void this.loaded.fallback.close();
  }
}
