import type { Recommendations } from "../../core/api.ts";
import { exposureLine } from "../../db/exposure-lines.ts";
import type { Spool } from "../spool/spool.ts";

/** What an answer was asked with beside model, person and length. */
export type Context = Readonly<Record<string, unknown>>;

/**
 * Records what a person is shown; the answer waits for one write to the local disk.
 * @returns whether it is kept: the answer goes out either way, and says so
 */
export function recordExposure(
  spool: Pick<Spool, "append">,
  shown: Recommendations,
  { k, context, propensities }: { k: number; context: Context; propensities?: readonly number[] | undefined },
): Promise<boolean> {
  const { recommendationId: id, model, version, arm, fallback, user, items } = shown;
  const exposure = { id, model, version, arm, fallback, user, k, items, propensities, context };
  return spool.append("exposure", [exposureLine(exposure)]);
}
