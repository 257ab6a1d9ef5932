import { BASELINE } from "./baseline.ts";
import type { Definition } from "./definition.ts";

/** Of the baseline, which has no section in the definition. */
export const DEFAULT_MAX_SIZE_MB = 32;

/** The most megabytes that a candidate's file may have; undefined for one that the definition does not name. */
export function maxSizeMbOf(
  { candidates }: Pick<Definition, "candidates">,
  candidate: string,
): number | undefined {
  return candidate === BASELINE ? DEFAULT_MAX_SIZE_MB : candidates[candidate]?.maxSizeMb;
}
