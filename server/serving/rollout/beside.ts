import type { BesideRelease } from "../../../db/views/live.ts";
import { placeOf } from "../../../store/place-of.ts";
import type { ServedVersion } from "../served-version.ts";
import { StageTally } from "./stage-tally.ts";

/** Shadow answers under way at once; more would take the processor from people's own answers. */
const MOST_SHADOWS = 4;

/** The version beside the live one, and the stage of its rollout. */
export class Beside {
  readonly served: ServedVersion;
  #traffic: BesideRelease;
  #tally: StageTally;
  #shadows = 0;

  constructor(served: ServedVersion, traffic: BesideRelease) {
    this.served = served;
    this.#traffic = traffic;
    this.#tally = new StageTally(traffic);
  }

  get traffic(): BesideRelease {
    return this.#traffic;
  }

  get tally(): StageTally {
    return this.#tally;
  }

  /** What is counted is of one stage. */
  enter(traffic: BesideRelease): void {
    const isSame = traffic.runId === this.#traffic.runId && traffic.stage === this.#traffic.stage;
    this.#traffic = traffic;
    if (!isSame) this.#tally = new StageTally(traffic);
  }

  /** Whether it answers this person, or what stands in a person's place. */
  answers(unit: string): boolean {
    const { kind, share, runId } = this.#traffic;
    return kind === "canary" && placeOf(runId, unit) < share;
  }

  /** Does the work unless too much of its kind is under way; the version stays open meanwhile. */
  async shadow(work: (tally: StageTally) => Promise<void>): Promise<void> {
    if (this.#shadows >= MOST_SHADOWS) return;
    this.#shadows++;
    const release = this.served.lease();
    try {
      await work(this.#tally);
    } finally {
      release();
      this.#shadows--;
    }
  }
}
