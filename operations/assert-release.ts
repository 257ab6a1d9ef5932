import { BrokenPromise } from "../core/errors.ts";
import type { Version } from "../db/versions.ts";

/**
 * Of a version that is about to go live: its files are what was signed, and its model answers as when it was trained. A store that
 * cannot be reached from here holds up no flip: each server looks for itself before it serves a version.
 * @throws {BrokenPromise} they are not
 */
export async function assertAnswers(
  check: (version: Version) => Promise<void>,
  version: Version,
): Promise<void> {
  try {
    await check(version);
  } catch (error) {
    if (error instanceof BrokenPromise) throw error;
  }
}
