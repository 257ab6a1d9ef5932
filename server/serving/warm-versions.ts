import type { LiveRelease } from "../../db/views/live.ts";
import type { ServedVersion } from "./served-version.ts";

/**
 * Versions of one model that were live before and stay in memory: a rollback to any of them loads nothing. What was
 * rolled back from is none of them.
 */
export class WarmVersions {
  /** The one that was live last comes first. */
  #kept: ServedVersion[] = [];
  readonly #failed = new Set<number>();

  /** Versions, the one that was live last first. */
  get versions(): number[] {
    return this.#kept.map(({ loaded }) => loaded.version);
  }

  /** The newest that is older than this version: what answers when that cannot. */
  lastGoodBefore(version: number): ServedVersion | undefined {
    return this.#kept
      .filter(({ loaded }) => loaded.version < version)
      .sort((one, other) => other.loaded.version - one.loaded.version)[0];
  }

  /** Whether this one is to be loaded: it is not here, and did not fail here before. */
  lacks(version: number): boolean {
    return !this.versions.includes(version) && !this.#failed.has(version);
  }

  /** Has it not be kept as long as this server lives. */
  noteFailed(version: number): void {
    this.#failed.add(version);
  }

  /** Keeps what has just been replaced, in the place of an older copy of the same version. */
  keepFirst(served: ServedVersion): void {
    this.drop(served.loaded.version);
    this.#kept.unshift(served);
  }

  /** Keeps one that was live before all others here. */
  keepLast(served: ServedVersion): void {
    if (this.versions.includes(served.loaded.version)) served.retire();
    else this.#kept.push(served);
  }

  /** Takes out what this flip says, if it is here and answers. */
  take(live: LiveRelease): ServedVersion | undefined {
    const warm = this.#kept.find((one) => one.isOf(live) && one.loaded.recommender?.problem === null);
    this.#kept = this.#kept.filter((one) => one !== warm);
    return warm;
  }

  drop(version: number): void {
    for (const one of this.#kept) if (one.loaded.version === version) one.retire();
    this.#kept = this.#kept.filter(({ loaded }) => loaded.version !== version);
  }

  /** Lets go of those that were live longest ago. */
  keepAtMost(count: number): void {
    for (const one of this.#kept.splice(count)) one.retire();
  }
}
