import { condition } from "@temporalio/workflow";

/**
 * Waits until `isTrue` or the deadline (milliseconds of the workflow's clock). Which of the two came first is not for
 * the caller to use: both may come at once, so look at the rows afterwards. A deadline that has passed doesn't wait.
 * @throws {RangeError} the deadline is not a number; no wait is without an end by accident
 */
export async function waitUntil(isTrue: () => boolean, deadlineMs: number): Promise<void> {
  if (!Number.isFinite(deadlineMs)) throw new RangeError(`${deadlineMs} is not a deadline in milliseconds`);
  const leftMs = Math.ceil(deadlineMs - Date.now());
  if (leftMs > 0) await condition(isTrue, leftMs);
}
