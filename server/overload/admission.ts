import { monitorEventLoopDelay } from "node:perf_hooks";
import { AdaptiveLimit } from "./adaptive-limit.ts";
import type { OverloadSettings } from "./settings.ts";

/** `online`: a person waits. `batch`: a program does, and comes again. `always`: never refused. */
export type Priority = "online" | "batch" | "always";

/** For /readyz. */
export interface AdmissionState {
  /** How many may be under way at once, as measured. */
  limit: number;
  underWay: number;
  /** Since the server's start. */
  refused: { online: number; batch: number };
}

const ADAPT_EVERY_MS = 100;
/** Between looks at how late the event loop is. */
const LOOK_EVERY_MS = 5;
const NANOSECONDS_A_MILLISECOND = 1_000_000;
/** The wait that is judged: of ten requests the second slowest. A single pause is no queue. */
const JUDGED_SHARE = 0.9;
/** Batches get in while no more than this share of the limit is under way. */
const BATCH_SHARE = 0.5;

/**
 * Lets in as many requests as can be answered in time. What is measured is the wait for the processor, in the two places
 * where there is one: the event loop, and the scorer's process. Waiting for PostgreSQL or the disk is not overload.
 */
export class Admission {
  readonly #limit: AdaptiveLimit;
  readonly #loop = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  readonly #refused = { online: 0, batch: 0 };
  #scoredMs: number[] = [];
  #underWay = 0;
  #mostAtOnce = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: OverloadSettings) {
    this.#limit = new AdaptiveLimit(settings);
  }

  start(): void {
    this.#loop.enable();
    this.#timer = setInterval(() => this.#adapt(), ADAPT_EVERY_MS).unref();
  }

  /** Whether one that comes now would be let in. */
  hasRoom(priority: Exclude<Priority, "always">): boolean {
    const share = priority === "batch" ? BATCH_SHARE : 1;
    return this.#underWay < this.#limit.value * share;
  }

  /** Whether one that comes now has to be refused, which is counted as done. */
  refuses(priority: Exclude<Priority, "always">): boolean {
    if (this.hasRoom(priority)) return false;
    this.#refused[priority]++;
    this.#mostAtOnce = Math.max(this.#mostAtOnce, this.#underWay);
    return true;
  }

  /** Whether this one is let in. Each yes is to be followed by one `leave`. */
  enter(priority: Exclude<Priority, "always">): boolean {
    if (this.refuses(priority)) return false;
    this.#underWay++;
    if (this.#underWay > this.#mostAtOnce) this.#mostAtOnce = this.#underWay;
    return true;
  }

  leave(): void {
    this.#underWay--;
  }

  /** How long the scorer's process took for one list, its queue included, in milliseconds. */
  noteScored(ms: number): void {
    this.#scoredMs.push(ms);
  }

  state(): AdmissionState {
    return { limit: this.#limit.value, underWay: this.#underWay, refused: { ...this.#refused } };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#loop.disable();
  }

  #adapt(): void {
    const sorted = Float64Array.from(this.#scoredMs).sort();
    const scoredMs = sorted[Math.floor(sorted.length * JUDGED_SHARE)] ?? 0;
    const lookedAfterMs = this.#loop.percentile(JUDGED_SHARE * 100) / NANOSECONDS_A_MILLISECOND;
    this.#limit.adapt(Math.max(scoredMs, lookedAfterMs - LOOK_EVERY_MS), this.#mostAtOnce);
    this.#loop.reset();
    this.#scoredMs = [];
    this.#mostAtOnce = this.#underWay;
  }
}
