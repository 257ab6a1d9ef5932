/** How an off-policy estimate is written, wherever a report is drawn. */
import type { OffPolicy } from "./qa-report.ts";
import { formatCount, formatShare } from "./words.ts";

export const OFF_POLICY_TITLE = "What it would have earned: an estimate";

/** To three digits, as an interval is never told by more. */
export function offPolicyFigure(per1000: number): string {
  return String(Number(per1000.toPrecision(3)));
}

/** What an estimate without traffic rests on, and what it cannot know; for whoever wants more than its sentence. */
export function offPolicyBasis({ people, differingShare, overlap, effectiveSize }: OffPolicy): string {
  const differs =
    differingShare === null
      ? ""
      : ` The candidate shows another item than the live version in ${formatShare(differingShare)} of the places${
          overlap === null
            ? ""
            : `; ${formatShare(Math.min(1, overlap))} of these could have been shown, and what was is worth ${formatCount(Math.floor(effectiveSize))} places (effective sample size)`
        }.`;
  return `From lists that exploration drew for ${formatCount(people)} people, weighted by the recorded probabilities, with 95 % intervals.${differs} Each place counts by itself, whatever stands beside it. The candidate may have learned from what these people did afterwards, which flatters it.`;
}
