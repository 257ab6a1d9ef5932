/** Durations that are well written, but that Temporal or a step's activity cannot honour. */
import type { Definition } from "./definition.ts";
import { durationMs } from "./duration.ts";
import type { Fault } from "./faults.ts";

export interface Limits {
  atLeast?: string;
  atMost: string;
}

/** Temporal counts in whole seconds; a look each few seconds would do nothing but look. */
const MONITOR: Limits = { atLeast: "10 s", atMost: "365 d" };
/** Temporal takes 10 s for anything shorter, without a word. */
const CATCH_UP: Limits = { atLeast: "10 s", atMost: "365 d" };
const REVIEW: Limits = { atMost: "365 d" };
/** A minute that an item is new would be over before a run has seen it; for ever would be no share of new items. */
const NEW: Limits = { atLeast: "1 h", atMost: "365 d" };
/** An attempt of a step has 6 h (workflows/proxies.ts), and not all of them are the command's. */
const COMMAND: Limits = { atMost: "5 h" };

export function findDurationFaults({ monitor, schedule, review, steps, newItems }: Definition): Fault[] {
  return [
    ...Object.entries(steps).flatMap(([name, step]) =>
      "command" in step ? outside(["steps", name, "timeout"], step.timeout, COMMAND) : [],
    ),
    ...outside(["review", "expiresAfter"], review.expiresAfter, REVIEW),
    ...outside(["monitor", "every"], monitor.every, MONITOR),
    ...partsOfSeconds(["monitor", "every"], monitor.every),
    ...(newItems ? outside(["newItems", "within"], newItems.within, NEW) : []),
    ...(schedule ? outside(["schedule", "catchUpWindow"], schedule.catchUpWindow, CATCH_UP) : []),
  ];
}

/** Nothing when it lies within the limits. */
export function outside(path: string[], written: string, { atLeast, atMost }: Limits): Fault[] {
  if (atLeast !== undefined && durationMs(written) < durationMs(atLeast))
    return [{ path, problem: `"${written}" is too short; write "${atLeast}" or more` }];
  if (durationMs(written) > durationMs(atMost))
    return [{ path, problem: `"${written}" is too long; write "${atMost}" or less` }];
  return [];
}

function partsOfSeconds(path: string[], written: string): Fault[] {
  const ms = durationMs(written);
  if (ms < durationMs(MONITOR.atLeast ?? "1 s") || ms % 1_000 === 0) return [];
  return [
    { path, problem: `"${written}" is not a whole number of seconds; write "${Math.round(ms / 1_000)} s"` },
  ];
}
