import { InvalidInput } from "../../core/errors.ts";
import { wholeNumber } from "../whole-number.ts";
import type { LimitSettings } from "./adaptive-limit.ts";

/** How many requests of products are under way at once; what comes over it is refused before anything is done for it. */
export type OverloadSettings = LimitSettings;

/** @throws {InvalidInput} a figure is none, out of its range, or the least is above the most */
export function readOverloadSettings(env: NodeJS.ProcessEnv): OverloadSettings {
  const targetMs = wholeNumber(env, "HOLT_OVERLOAD_TARGET_MS", { or: 25, from: 1, to: 10_000 });
  const least = wholeNumber(env, "HOLT_OVERLOAD_LEAST", { or: 8, from: 1, to: 100_000 });
  const most = wholeNumber(env, "HOLT_OVERLOAD_MOST", { or: Math.max(1_000, least), from: 1, to: 100_000 });
  if (least > most)
    throw new InvalidInput(
      `HOLT_OVERLOAD_LEAST: ${least} is above HOLT_OVERLOAD_MOST (${most}); write a smaller one`,
    );
  return { targetMs, least, most };
}
