/** Longest pause between two questions while nothing changes, in milliseconds. */
const SLOWEST_MS = 10_000;
/** Longest pause while the server can't be reached. */
const SLOWEST_FAILED_MS = 30_000;
const AFTER_FAILURE_MS = 2_000;

/**
 * Milliseconds until the next question; 0: none. A change brings the pace back to `base` (undefined: never ask again);
 * each answer without one makes the pause longer, a failure doubles it.
 */
export function nextWait(last: {
  before: number;
  base: number | undefined;
  changed: boolean;
  failed: boolean;
}): number {
  if (last.failed) return Math.min(Math.max(last.before * 2, AFTER_FAILURE_MS), SLOWEST_FAILED_MS);
  if (last.base === undefined) return 0;
  if (last.changed || last.before < last.base) return last.base;
  return Math.max(last.base, Math.min(last.before * 1.25, SLOWEST_MS));
}
