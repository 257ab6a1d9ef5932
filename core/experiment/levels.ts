/** How the plan's alpha is divided among what may each end an experiment wrongly. */

/** What the guardrails may take of alpha. */
const GUARDRAIL_SHARE = 0.2;

export interface Levels {
  /** Of the primary metric's two-sided interval, for each arm that is compared. */
  primary: number;
  /** Of each end of a guardrail's interval, for each arm. */
  guardrail: number;
}

/**
 * Divides alpha, so that a false ship or stop of anything in the experiment stays below it (Bonferroni: for intervals, which
 * Holm has none of).
 * @param arms compared with the control, from 1
 */
export function levels(alpha: number, { arms, guardrails }: { arms: number; guardrails: number }): Levels {
  const forGuardrails = guardrails === 0 ? 0 : alpha * GUARDRAIL_SHARE;
  return {
    primary: (alpha - forGuardrails) / arms,
    guardrail: forGuardrails / Math.max(1, guardrails) / arms,
  };
}
