/** Who gets which arm, from two places between 0 and 1: one in the experiment's layer, one in the experiment. */
import type { Unit } from "./definition-experiment.ts";
import type { FrozenArm, FrozenPlan } from "./experiment-plan.ts";

/** Where an experiment is in its layer. */
export interface Slice {
  /** The first place of it. */
  from: number;
  /** How much of the layer answers by it now; it may grow. */
  traffic: number;
}

/** An experiment under way, as answers go by it. */
export interface ServedExperiment extends Pick<FrozenPlan, "layer" | "unit" | "holdout" | "aa" | "arms"> {
  id: string;
  slice: Slice;
  /** The control answers whoever is in it, and nothing of that counts. */
  isPaused: boolean;
  /** Units that somebody put into an arm by hand, with the arm's name. */
  overrides: Readonly<Record<string, string>>;
}

/** Who asks, as far as the request says. */
export type UnitIds = Readonly<Partial<Record<Unit, string | undefined>>>;

export interface Assignment {
  experiment: ServedExperiment;
  arm: FrozenArm;
  /** Its person, household or session. */
  unit: string;
  isByHand: boolean;
}

/** Key of a unit's place in a layer: the same for all experiments of the layer, which therefore exclude each other. */
export function layerKey(layer: string): string {
  return `layer:${layer}`;
}

/** Whether a place in the layer belongs to the experiment. */
export function isIn({ from, traffic }: Slice, place: number): boolean {
  return place >= from && place < from + traffic;
}

/**
 * The arm at a place of the experiment's own, which is of a key of its own: that traffic grows moves nobody from one arm
 * to another, and whoever was in one experiment is spread evenly over the arms of the next.
 * @throws {RangeError} no arms
 */
export function armAt<Arm extends Pick<FrozenArm, "share">>(arms: readonly Arm[], place: number): Arm {
  let end = 0;
  for (const arm of arms) {
    end += arm.share;
    if (place < end) return arm;
  }
  // shares are decimal fractions, whose sum may be a little less than 1
  const last = arms.at(-1);
  if (!last) throw new RangeError("experiment: has no arms");
  return last;
}
