/** Who gets which arm, from two places between 0 and 1: one in the experiment's layer, one in the experiment. */
import type { FrozenArm } from "./experiment-plan.ts";

/** Where an experiment is in its layer. */
export interface Slice {
  /** The first place of it. */
  from: number;
  /** How much of the layer answers by it now; it may grow. */
  traffic: number;
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
