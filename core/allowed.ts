/** What a person may answer in which state, as one table. */
import type { RunState, StepAnswer, StepState } from "./steps.ts";

const ANSWERS: Record<StepState, readonly StepAnswer[]> = {
  waiting: [],
  running: [],
  done: [],
  reused: [],
  skipped: [],
  needs_attention: ["retry", "skip", "abort"],
  cancelled: [],
};

const NEEDS_REASON: Record<"approve" | "reject" | "ask", boolean> = {
  approve: false,
  reject: true,
  ask: true,
};

const UNDER_WAY: Record<RunState, boolean> = {
  running: true,
  waiting_for_review: true,
  needs_attention: true,
  finished: false,
  aborted: false,
  failed: false,
};

/** What may be said about a step; `skip` only where the definition allows it. */
export function answersAllowed(step: { state: StepState; skippable: boolean }): readonly StepAnswer[] {
  return ANSWERS[step.state].filter((answer) => answer !== "skip" || step.skippable);
}

/** Whether a decision without a reason is refused: all but an approval that overrides nothing. */
export function needsReason(verdict: "approve" | "reject" | "ask", override = false): boolean {
  return NEEDS_REASON[verdict] || override;
}

/** Whether the run may still change by itself or by a person. */
export function isUnderWay(state: RunState): boolean {
  return UNDER_WAY[state];
}
