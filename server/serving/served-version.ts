import type { ReleaseRules } from "../../core/release-rules.ts";
import type { LiveRelease } from "../../db/views/live.ts";
import type { Recommendation } from "../../scoring/recommender.ts";

/** What gives a version's own answers: its model, or the lists that were written with it. */
export interface ServedModel {
  /** It goes by who asks, so it needs no history. */
  readonly isByPerson: boolean;
  /** Has failed for long and rests: another version should answer. */
  readonly isGivenUp: boolean;
  /** What it fails with, while it isn't asked; null when all is well. */
  readonly problem: string | null;
  /** As a recommender's, for this person. @throws it cannot answer; ModelAway when that was said already */
  recommend(history: readonly string[], k: number, user: string): Promise<Recommendation[]>;
  close(): Promise<void>;
}

/** One version in memory, ready to answer. */
export interface Loaded {
  version: number;
  fence: number;
  /** The date as of which its data was read. */
  asOf: Date;
  /** Undefined when its artifact could not be loaded and nothing older was there: then the popularity list answers alone. */
  recommender: ServedModel | undefined;
  /** Of its release: which model and which popularity list these are. */
  artifactDigest: string | undefined;
  fallbackDigest: string;
  /** Its editorial rules, and their digest; undefined where its definition names none. */
  rules: ReleaseRules | undefined;
  rulesDigest: string | undefined;
  /** Cases that the model answered when it was loaded; undefined when the release has none, or nothing but the list was loaded. */
  goldenDigest: string | undefined;
  /** The popularity list of its release, best first: what is there whatever fails. */
  popular: readonly Recommendation[];
}

/** A version that requests lease. Retired, it closes when the last of them is done, so no request loses its model. */
export class ServedVersion {
  #loaded: Loaded;
  #release: LiveRelease | undefined;
  #leases = 0;
  #isRetired = false;

  constructor(loaded: Loaded, release?: LiveRelease) {
    this.#loaded = loaded;
    this.#release = release;
  }

  get loaded(): Loaded {
    return this.#loaded;
  }

  /** What it was loaded from; undefined for a popularity list that came without a release. */
  get release(): LiveRelease | undefined {
    return this.#release;
  }

  /** Whether it is what this flip says, in memory already. */
  isOf({ version, releaseDigest }: LiveRelease): boolean {
    return this.#release?.version === version && this.#release.releaseDigest === releaseDigest;
  }

  /** Goes live by this flip, as it is. */
  goLive(release: LiveRelease): void {
    this.#loaded = { ...this.#loaded, fence: release.fence };
    this.#release = release;
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
    void this.#loaded.recommender?.close();
  }
}
