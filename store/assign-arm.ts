import { armAt, isIn, layerKey, type Slice } from "../core/experiment-assignment.ts";
import type { FrozenArm } from "../core/experiment-plan.ts";
import { placeOf } from "./place-of.ts";

/**
 * The arm of a person, household or session; undefined for who is not in the experiment. By two hashes of ids alone
 * (docs/experiments.md), so the same on every server, offline and in another tool.
 */
export function assignArm<Arm extends Pick<FrozenArm, "share">>(
  { id, layer, slice, arms }: { id: string; layer: string; slice: Slice; arms: readonly Arm[] },
  unit: string,
): Arm | undefined {
  if (!isIn(slice, placeOf(layerKey(layer), unit))) return undefined;
  return armAt(arms, placeOf(id, unit));
}
