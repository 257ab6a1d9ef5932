import { sleep } from "@temporalio/workflow";

/** So many looks come at once: a person's few signals never wait. */
const FREE_LOOKS = 5;
/** The pauses after them double from the first to the longest: the most that junk can delay what is genuine. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Spaces the looks at the rows that signals ask for, so that a flood of them, which anybody who reaches Temporal can send,
 * costs one look for many. Await what it gives before each look; it waits no longer than to `deadlineMs` of the
 * workflow's clock, and not at all when the last look is long ago.
 */
export function paceLooks(): (deadlineMs?: number) => Promise<void> {
  let looks = 0;
  let lastMs = 0;
  return async (deadlineMs = Number.POSITIVE_INFINITY) => {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** (looks - FREE_LOOKS), LONGEST_PAUSE_MS);
    const leftMs = Math.min(lastMs + pauseMs, deadlineMs) - Date.now();
    if (looks >= FREE_LOOKS && leftMs > 0) await sleep(leftMs);
    looks += 1;
    lastMs = Date.now();
  };
}
