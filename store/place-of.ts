import { createHash } from "node:crypto";

/** Digits of the hash that are used: 48 bits, which a double holds exactly. */
const DIGITS = 12;

/**
 * Where a person stands between 0 (in) and 1 (out) under a key: even over people, the same on every server and offline,
 * and another for each key. Who is below a share stays below every greater one.
 */
export function placeOf(key: string, unit: string): number {
  const hash = createHash("sha256").update(`${key.length}:${key}${unit}`).digest("hex");
  return Number.parseInt(hash.slice(0, DIGITS), 16) / 16 ** DIGITS;
}
