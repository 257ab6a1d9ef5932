import { createHash } from "node:crypto";

/**
 * A number from 0 (with) to 1 (without) that looks random and hangs on nothing but seed and names: whoever is asked
 * first, and how often, changes nobody's mind.
 */
export function draw(seed: number, ...names: readonly (string | number)[]): number {
  const digest = createHash("sha256")
    .update(JSON.stringify([seed, ...names]))
    .digest();
  return digest.readUInt32BE(0) / 2 ** 32;
}
