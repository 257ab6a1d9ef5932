/** How often a mean that is looked at several times crosses a bound. */
import { normalDensity } from "./normal.ts";

/** The grid over z-scores: its step, and how far it reaches beyond the expected one. */
const STEP = 0.04;
const REACH = 9;
/** A step of so many standard deviations has no mass that a double could hold beside 1. */
const FARTHEST = 8.5;

/**
 * Probability that a mean which is looked at at even distances ever lies above its bound, before it lay below the opposite one:
 * the density of its sum is carried from look to look, and at each what lies outside the bounds is taken away (Armitage,
 * McPherson and Rowe 1969). To about 2e-4.
 * @param drift expected z-score at the last look @param bounds z-scores at which each look stops, above 0
 */
export function crossingAbove(drift: number, bounds: readonly number[]): number {
  const looks = bounds.length;
  const size = Math.round((2 * REACH) / STEP) + 1;
  // The score's sum S at look k of K has mean drift·k/√K and variance k, in steps of variance 1.
  const mean = drift / Math.sqrt(looks);
  const at = (index: number, look: number) => (-REACH + index * STEP) * Math.sqrt(look);
  let inside = new Float64Array(size);
  let crossed = 0;
  for (let look = 1; look <= looks; look += 1) {
    const bound = bounds[look - 1] as number;
    const next = new Float64Array(size);
    const width = STEP * Math.sqrt(look);
    for (let to = 0; to < size; to += 1) {
      const s = at(to, look) + mean * look;
      next[to] = look === 1 ? normalDensity(s - mean) * width : arrived(inside, s, look, mean, at) * width;
    }
    for (let to = 0; to < size; to += 1) {
      const z = (at(to, look) + mean * look) / Math.sqrt(look);
      const beyond = shareBeyond(Math.abs(z), bound, STEP);
      if (z > 0) crossed += (next[to] as number) * beyond;
      next[to] = (next[to] as number) * (1 - beyond);
    }
    inside = next;
  }
  return Math.min(1, crossed);
}

/** Density at `s` of the sum at this look, from the masses that were inside at the look before. */
function arrived(
  inside: Float64Array,
  s: number,
  look: number,
  mean: number,
  at: (index: number, look: number) => number,
): number {
  let sum = 0;
  const before = look - 1;
  const offset = s - mean - mean * before;
  const width = STEP * Math.sqrt(before);
  const middle = (offset / Math.sqrt(before) + REACH) / STEP;
  const from = Math.max(0, Math.floor(middle - FARTHEST / width));
  const until = Math.min(inside.length - 1, Math.ceil(middle + FARTHEST / width));
  for (let index = from; index <= until; index += 1)
    sum += (inside[index] as number) * normalDensity(offset - at(index, before));
  return sum;
}

/** Of a cell of the grid around z, the share beyond the bound. */
function shareBeyond(z: number, bound: number, width: number): number {
  return Math.min(1, Math.max(0, (z - bound) / width + 0.5));
}
