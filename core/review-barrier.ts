/** Why somebody may not decide on a run, as the database tells it (decide_barrier) and as a person reads it. */
import type { ReviewState } from "./api.ts";

const WORDS = {
  disabled: "Your account is disabled.",
  role: "You are not a reviewer.",
  requester: "You started this run, so somebody else decides.",
  requester_program: "A program of yours started this run, so somebody else decides.",
  author: "You applied this definition, so somebody else decides.",
  author_program: "A program of yours applied this definition, so somebody else decides.",
  not_named: "The definition names who reviews this model, and you are not among them.",
  decided: "You have decided already.",
  place_decided: "Somebody has decided in your place already.",
} as const;
export type DecisionBarrier = keyof typeof WORDS;

/** One sentence for the person whom it stops. */
export function describeBarrier(barrier: DecisionBarrier): string {
  return WORDS[barrier];
}

/** Why nobody may decide any more. */
export function describeEnd(
  state: Exclude<ReviewState, "open" | "changes_requested">,
  supersededBy: string | null,
): string {
  switch (state) {
    case "approved":
      return "It is approved already.";
    case "rejected":
      return "It is rejected already.";
    case "expired":
      return "Nobody decided in time.";
    case "superseded":
      return `A newer run, ${supersededBy}, took its place.`;
    case "stopped":
      return "The run has ended, so nothing is left to decide.";
  }
}
