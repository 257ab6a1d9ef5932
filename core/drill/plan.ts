/** Which fault is injected where and on which day: decided by the seed, and by nothing else. */
import type { Definition } from "../definition.ts";
import { type Categories, type DrillFault, type FaultTarget, targetsOf } from "./faults.ts";

/** Days that a fault is watched for; what is not found by then counts as missed. */
export const WATCHED_DAYS = 7;

export interface PlannedTrial extends FaultTarget {
  /** Of the judged days, from 0. */
  day: number;
  /** Decides which rows, and which value, are hit. */
  salt: number;
}

export interface DrillPlan {
  trials: PlannedTrial[];
  /** Faults for which the model has no data. */
  skipped: DrillFault[];
}

export interface PlanRequest {
  faults: readonly DrillFault[];
  /** Times that each fault is injected. */
  trials: number;
  /** Days that are judged. */
  days: number;
  seed: number;
}

/** The same request on the same model gives the same plan, and each fault's trials don't hang on the other faults asked for. */
export function planTrials(
  definition: Definition,
  categories: Categories,
  { faults, trials, days, seed }: PlanRequest,
): DrillPlan {
  const plan: DrillPlan = { trials: [], skipped: [] };
  for (const fault of faults) {
    const targets = targetsOf(fault, definition, categories);
    if (targets.length === 0) plan.skipped.push(fault);
    const random = randomFrom(`${seed} ${fault}`);
    const below = (limit: number) => Math.floor(random() * limit);
    const first = below(Math.max(1, targets.length));
    for (let at = 0; at < trials && targets.length > 0; at++) {
      // one place after the other, so that few trials meet many of them
      const target = targets[(first + at) % targets.length] as FaultTarget;
      plan.trials.push({
        ...target,
        day: below(Math.max(1, days - WATCHED_DAYS + 1)),
        salt: below(2 ** 31),
      });
    }
  }
  return plan;
}

/** Numbers from 0 (with) to 1 (without), the same for the same text: FNV-1a into Mulberry32. */
function randomFrom(text: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
