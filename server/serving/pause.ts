const LONGEST_PAUSE_MS = 30_000;

/** A version that doesn't load is tried again after 1 s, 2 s, 4 s … up to 30 s. */
export function pauseAfter(tries: number): number {
  return Math.min(1_000 * 2 ** (tries - 1), LONGEST_PAUSE_MS);
}
