import type { Recommendations } from "../../core/api.ts";
import type { ServedExperiment } from "../../core/experiment-assignment.ts";
import type { HeldVersion, StageCounts } from "../../db/servers.ts";
import type { BesideRelease, LiveRelease } from "../../db/views/live.ts";
import type { RulesOf } from "./arrange-answer.ts";
import { ArmVersions } from "./experiment/arm-versions.ts";
import { pauseAfter } from "./pause.ts";
import { Beside } from "./rollout/beside.ts";
import { RuleBook } from "./rule-book.ts";
import { type Loaded, ServedVersion } from "./served-version.ts";
import { WarmVersions } from "./warm-versions.ts";

export interface Lease {
  model: Loaded;
  /** The live version, and why it doesn't answer, where `model` is one that was live before. */
  insteadOf: Recommendations["insteadOf"];
  /** The version that is being rolled out beside it, if one is. */
  beside: Beside | undefined;
  /** Experiments under way, and the versions that their arms serve, as far as they are in memory. */
  experiments: readonly ServedExperiment[];
  arms: ReadonlyMap<number, Loaded>;
  interactionsTable: string | null;
  /** Somebody has everybody get the popularity list. */
  isListOnly: boolean;
  /** What editors say now of a version's lists, in the definition and in a hurry. */
  rulesOf: RulesOf;
  release(): void;
}

/** What one model serves, for /readyz. */
export interface ServingState {
  version: number | null;
  /** Why the live version isn't what is served, or doesn't answer; null when it does. */
  problem: string | null;
  /** Versions that were live before and are in memory, the one that was live last first. */
  warm: number[];
}

/** What one model serves: the live version, and those before it, which stay warm. */
export class Slot {
  readonly warm = new WarmVersions();
  readonly arms = new ArmVersions();
  experiments: readonly ServedExperiment[] = [];
  interactionsTable: string | null = null;
  baselineUntil: Date | null = null;
  readonly ruleBook = new RuleBook();
  /** What was said to be live last, whether or not it is served. */
  #live: LiveRelease | undefined;
  #served: ServedVersion | undefined;
  #beside: Beside | undefined;
  #besideFailure: { version: number; message: string; tries: number; notBefore: number } | undefined;
  #failure: { fence: number; message: string; tries: number; notBefore: number } | undefined;

  get served(): ServedVersion | undefined {
    return this.#served;
  }

  /** What answers when the live version cannot. */
  get lastGood(): ServedVersion | undefined {
    return this.#served && this.warm.lastGoodBefore(this.#served.loaded.version);
  }

  /** What is live as far as is known here: that is what a start is to try first, however it fares now. */
  get known(): LiveRelease | undefined {
    return this.#live && this.#live.fence >= (this.#served?.loaded.fence ?? 0)
      ? this.#live
      : this.#served?.release;
  }

  /** What a start is to serve when it cannot load what is known. */
  get stoodBy(): LiveRelease | undefined {
    const served = this.#served?.release;
    return served && served.fence !== this.known?.fence ? served : this.lastGood?.release;
  }

  /** Whether a version that was live before is to be served: nothing is, or nothing but an older one's list. */
  get needsStandIn(): boolean {
    const served = this.#served?.loaded;
    return !served || (!served.recommender && served.fence < (this.#live?.fence ?? 0));
  }

  /** Whether to load this now: it is newer than what is served, or that lacks its model. A fence never goes back. */
  wants(live: LiveRelease): boolean {
    if (this.#failure?.fence === live.fence && Date.now() < this.#failure.notBefore) return false;
    const served = this.#served?.loaded;
    if (!served || served.fence < live.fence) return true;
    return served.fence === live.fence && !served.recommender;
  }

  /** Notes what is said to be live; also when that is older than what is served, as after a restored backup. */
  noteLive(live: LiveRelease): void {
    if (live.fence >= (this.#live?.fence ?? 0)) this.#live = live;
    const fence = this.#served?.loaded.fence ?? 0;
    if (live.fence >= fence) return;
    const message = `PostgreSQL says version ${live.version} by flip ${live.fence}, and flip ${fence} was served already`;
    this.#failure = { fence: live.fence, message, tries: 1, notBefore: Date.now() };
  }

  swap(loaded: Loaded, release?: LiveRelease): void {
    this.#serve(new ServedVersion(loaded, release));
  }

  /** Serves what this flip says if it is in memory: rolled out beside the live version, or live before. */
  swapToWarm(live: LiveRelease): boolean {
    const beside = this.#beside?.served;
    const isReady = beside?.isOf(live) && beside.loaded.recommender?.problem === null;
    const warm = isReady ? beside : this.warm.take(live);
    if (!warm) return false;
    if (isReady) this.#beside = undefined;
    warm.goLive(live);
    this.#serve(warm);
    return true;
  }

  #serve(served: ServedVersion): void {
    const before = this.#served;
    this.#served = served;
    if (served.loaded.recommender) this.#failure = undefined;
    if (before) this.#letGo(before);
  }

  /** Whether this is to be loaded now. The stage of what is loaded already is taken over at once. */
  wantsBeside(traffic: BesideRelease): boolean {
    if (this.#beside?.served.isOf(traffic)) {
      this.#beside.enter(traffic);
      return false;
    }
    const failure = this.#besideFailure;
    return !(failure?.version === traffic.version && Date.now() < failure.notBefore);
  }

  putBeside(loaded: Loaded, traffic: BesideRelease): void {
    this.dropBeside();
    this.#beside = new Beside(new ServedVersion(loaded, traffic), traffic);
  }

  dropBeside(): void {
    this.#beside?.served.retire();
    this.#beside = undefined;
    this.#besideFailure = undefined;
  }

  /** True for the first failure of this version. */
  noteBesideFailure({ version }: BesideRelease, error: Error): boolean {
    const tries = this.#besideFailure?.version === version ? this.#besideFailure.tries + 1 : 1;
    this.#besideFailure = { version, message: error.message, ...again(tries) };
    return tries === 1;
  }

  /** Versions in memory, and those that should be. */
  held(model: string): HeldVersion[] {
    const { version, problem } = this.state();
    const beside = this.#beside?.served.loaded;
    const live = this.#live?.version ?? version;
    return [
      ...(version === null || version === live ? [] : [{ model, version, problem: null }]),
      ...(live === null ? [] : [{ model, version: live, problem }]),
      ...(beside ? [{ model, version: beside.version, problem: beside.recommender?.problem ?? null }] : []),
      ...(this.#besideFailure
        ? [{ model, version: this.#besideFailure.version, problem: this.#besideFailure.message }]
        : []),
      ...this.arms.held(model).filter((arm) => ![version, live, beside?.version].includes(arm.version)),
    ];
  }

  /** What was counted in the stage under way. */
  counts(): StageCounts[] {
    return this.#beside?.tally.counts() ?? [];
  }

  /** Keeps a version in memory that was live before those that are. */
  keepWarm(loaded: Loaded, release: LiveRelease): void {
    this.warm.keepLast(new ServedVersion(loaded, release));
  }

  /** True for the first failure of this flip. */
  noteFailure(live: LiveRelease, error: Error): boolean {
    const tries = this.#failure?.fence === live.fence ? this.#failure.tries + 1 : 1;
    this.#failure = {
      fence: live.fence,
      message: `version ${live.version}: ${error.message}`,
      ...again(tries),
    };
    return tries === 1;
  }

  /** The live version; the last good one while that has no model, or fails and rests; undefined when nothing was ever live. */
  lease(): Lease | undefined {
    const served = this.#chosen();
    if (!served) return undefined;
    const isListOnly = this.baselineUntil !== null && this.baselineUntil.getTime() > Date.now();
    const beside = isListOnly ? undefined : this.#beside;
    const [release, releaseBeside] = [served.lease(), beside?.served.lease()];
    const arms = this.arms.lease();
    return {
      insteadOf: this.#insteadOf(served),
      rulesOf: (version, country) => this.ruleBook.over(version.rules, { now: Date.now(), country }),
      ...{ model: served.loaded, beside, isListOnly, interactionsTable: this.interactionsTable },
      ...{ experiments: this.experiments, arms: arms.of },
      release() {
        release();
        releaseBeside?.();
        arms.release();
      },
    };
  }

  state(): ServingState {
    const failing = this.#served?.loaded.recommender?.problem;
    const version = this.#chosen()?.loaded.version ?? null;
    const { versions: warm } = this.warm;
    if (!failing) return { version, problem: this.#failure?.message ?? null, warm };
    return { version, problem: `version ${this.#served?.loaded.version}: ${failing}`, warm };
  }

  close(): void {
    this.#served?.retire();
    this.warm.keepAtMost(0);
    this.dropBeside();
    this.arms.close();
  }

  #insteadOf(chosen: ServedVersion): Recommendations["insteadOf"] {
    const served = this.#served?.loaded;
    if (this.#live && this.#failure?.fence === this.#live.fence && this.#live.fence > (served?.fence ?? 0))
      return { version: this.#live.version, because: "not_loaded" };
    if (!served || chosen === this.#served) return undefined;
    return { version: served.version, because: served.recommender ? "failing" : "not_loaded" };
  }

  #chosen(): ServedVersion | undefined {
    const live = this.#served?.loaded.recommender;
    const isDown = live ? live.isGivenUp : this.#served !== undefined;
    if (!isDown) return this.#served;
    const { lastGood } = this;
    return lastGood?.loaded.recommender?.isGivenUp === false ? lastGood : this.#served;
  }

  /** What was rolled back is not good, and neither is what never had its model or fails now. */
  #letGo(before: ServedVersion): void {
    const { version, recommender } = before.loaded;
    const now = (this.#served as ServedVersion).loaded.version;
    this.warm.drop(now);
    if (recommender?.problem === null && version < now) this.warm.keepFirst(before);
    else before.retire();
    if (recommender?.problem) this.warm.noteFailed(version);
  }
}

function again(tries: number): { tries: number; notBefore: number } {
  return { tries, notBefore: Date.now() + pauseAfter(tries) };
}
