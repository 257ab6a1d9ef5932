import { describe, expect, it } from "vitest";
import { answersAllowed, isUnderWay, needsReason } from "./allowed.ts";
import { RUN_STATES, STEP_STATES } from "./steps.ts";

describe("what a person may answer", () => {
  it("is retry, skip or abort for a step that needs attention and may be skipped", () => {
    expect(answersAllowed({ state: "needs_attention", skippable: true })).toEqual(["retry", "skip", "abort"]);
  });

  it("leaves skip out where the definition doesn't allow it", () => {
    expect(answersAllowed({ state: "needs_attention", skippable: false })).toEqual(["retry", "abort"]);
  });

  it("is nothing in any other state", () => {
    for (const state of STEP_STATES.filter((each) => each !== "needs_attention"))
      expect(answersAllowed({ state, skippable: true })).toEqual([]);
  });

  it("needs a reason for a rejection, a question and an override, not for a plain approval", () => {
    expect([needsReason("approve"), needsReason("reject"), needsReason("ask")]).toEqual([false, true, true]);
    expect(needsReason("approve", true)).toBe(true);
  });

  it("calls a run under way until it has ended", () => {
    expect(RUN_STATES.filter(isUnderWay)).toEqual(["running", "waiting_for_review", "needs_attention"]);
  });
});
