import { setTimeout as sleep } from "node:timers/promises";

/** Longest wait for something that takes seconds, on a machine that does other things too. */
const PATIENCE_MS = 90_000;
const LOOK_EVERY_MS = 50;

/**
 * Looks until there is something, and returns it.
 * @param what is waited for, in words for the error
 * @throws what `look` throws, or that it took too long
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const giveUpAt = Date.now() + patienceMs;
  while (Date.now() < giveUpAt) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`${what}: did not come within ${patienceMs / 1_000} s`);
}
