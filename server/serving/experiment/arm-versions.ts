import type { HeldVersion } from "../../../db/servers.ts";
import type { LiveRelease } from "../../../db/views/live.ts";
import { pauseAfter } from "../pause.ts";
import { type Loaded, ServedVersion } from "../served-version.ts";

interface Failure {
  message: string;
  tries: number;
  notBefore: number;
}

/** What is leased while no experiment is under way, as at most times. */
const NOTHING = { of: new Map<number, Loaded>(), release() {} };

/** The versions that arms of a model's experiments serve, in memory. The same bytes as the live version's cost nothing. */
export class ArmVersions {
  readonly #served = new Map<number, ServedVersion>();
  readonly #failures = new Map<number, Failure>();
  #releases: readonly LiveRelease[] = [];

  /** What should be here; also of those that could not be loaded. */
  get releases(): readonly LiveRelease[] {
    return this.#releases;
  }

  /** Those in memory. */
  get served(): ServedVersion[] {
    return [...this.#served.values()];
  }

  /** Lets go of what no arm serves any more. */
  follow(releases: readonly LiveRelease[]): void {
    this.#releases = releases;
    for (const [version, served] of this.#served) {
      if (releases.some((release) => served.isOf(release))) continue;
      served.retire();
      this.#served.delete(version);
    }
    for (const version of this.#failures.keys())
      if (!releases.some((release) => release.version === version)) this.#failures.delete(version);
  }

  /** Whether this is to be loaded now. */
  wants({ version }: LiveRelease): boolean {
    return !this.#served.has(version) && !((this.#failures.get(version)?.notBefore ?? 0) > Date.now());
  }

  put(loaded: Loaded, release: LiveRelease): void {
    this.#failures.delete(release.version);
    this.#served.set(release.version, new ServedVersion(loaded, release));
  }

  /** True for the first failure of this version. */
  noteFailure({ version }: LiveRelease, error: Error): boolean {
    const tries = (this.#failures.get(version)?.tries ?? 0) + 1;
    this.#failures.set(version, { message: error.message, tries, notBefore: Date.now() + pauseAfter(tries) });
    return tries === 1;
  }

  /** For one request: versions by number, and what ends the lease. */
  lease(): { of: ReadonlyMap<number, Loaded>; release(): void } {
    if (this.#served.size === 0) return NOTHING;
    const { served } = this;
    const releases = served.map((one) => one.lease());
    return {
      of: new Map(served.map(({ loaded }) => [loaded.version, loaded])),
      release: () => {
        for (const release of releases) release();
      },
    };
  }

  held(model: string): HeldVersion[] {
    return [
      ...this.served.map(({ loaded: { version, recommender } }) => ({
        ...{ model, version, problem: recommender?.problem ?? null },
      })),
      ...[...this.#failures].map(([version, { message }]) => ({ model, version, problem: message })),
    ];
  }

  close(): void {
    for (const served of this.#served.values()) served.retire();
    this.#served.clear();
  }
}
