import type { Recommendations } from "../../core/api.ts";
import { exposureLine } from "../../db/exposure-lines.ts";
import type { Spool } from "../spool/spool.ts";

/** An answer before it is known whether it could be recorded. */
export type Shown = Omit<Recommendations, "recorded">;

/** What an answer was asked with beside model, person and length. */
export type Context = Readonly<Record<string, unknown>>;

/**
 * Records what a person is shown; the answer waits for one write to the local disk.
 * @returns whether it is kept: the answer goes out either way, and says so
 */
export function recordExposure(
  spool: Pick<Spool, "append">,
  { recommendationId, ...shown }: Shown,
  of: { k: number; context: Context; propensities?: readonly number[] | undefined },
): Promise<boolean> {
  return spool.append("exposure", [exposureLine({ id: recommendationId, ...shown, ...of })]);
}
