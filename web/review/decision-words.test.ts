import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../core/api.ts";
import { decisionOf, reviewOf } from "../../tests/support/page-review.ts";
import { openQuestions, sayApprovals, sayDecision, tellApproval, whoWaits } from "./decision-words.ts";

const ask = (by: string, id = by) => decisionOf({ id, by, verdict: "ask", reason: "Why?" });
const asked = (...decisions: Decision[]) => reviewOf({ state: "changes_requested", decisions });

describe("a decision in words", () => {
  it("names who decided, what, in whose place and why", () => {
    expect(sayDecision(decisionOf({ by: "rita", reason: "good shelves" }))).toBe(
      "rita approved it: “good shelves”.",
    );
    expect(sayDecision(decisionOf({ by: "rita", verdict: "reject", onBehalfOf: "max" }))).toBe(
      "rita rejected it in the place of max.",
    );
    expect(sayDecision(ask("max"))).toBe("max asked for changes: “Why?”.");
  });

  it("never calls an override a mere approval", () => {
    expect(sayDecision(decisionOf({ override: true, reason: "known" }))).toBe(
      "rita overrode the failed checks and approved it: “known”.",
    );
  });
});

describe("questions", () => {
  it("are open until who asked decides; what others decide doesn't close them", () => {
    const question = ask("max");
    expect(openQuestions(asked(question, decisionOf({ by: "rita" })))).toEqual([question]);
    expect(openQuestions(asked(question, decisionOf({ by: "max" })))).toEqual([]);
  });

  it("are not open any more where the review says so, as when who asked has gone", () => {
    expect(openQuestions({ ...asked(ask("max")), state: "open" })).toEqual([]);
    expect(openQuestions({ ...asked(ask("max")), state: "superseded" })).toEqual([]);
  });

  it("name each who waits once, and not the reader", () => {
    const review = asked(ask("max", "1"), ask("max", "2"), ask("ida"), ask("jo"));
    expect(whoWaits(review, "rita")).toEqual({ names: "max, ida and jo", isOne: false });
    expect(whoWaits(review, "jo")).toEqual({ names: "max and ida", isOne: false });
    expect(whoWaits(asked(ask("max")), "max")).toBeUndefined();
  });
});

describe("what an approval brings about", () => {
  it("is a release at once where it is the last one, and one vote where it isn't", () => {
    expect(tellApproval(reviewOf({}), "rita")).toMatch(/^It goes live for everybody .* movies, at once\./);
    expect(tellApproval(reviewOf({ approvalsNeeded: 3, approvals: 1 }), "rita")).toBe(
      "Yours is one of 3 approvals: it goes live once 1 more person has approved it.",
    );
  });

  it("asks others for an override, too, where a check failed", () => {
    const review = reviewOf({ approvalsNeeded: 3, needsOverride: true });
    expect(tellApproval(review, "rita")).toContain("2 more people have overridden and approved it");
  });

  it("is nothing yet while somebody else's question is open, however many approvals are missing", () => {
    for (const approvalsNeeded of [1, 2]) {
      const words = tellApproval({ ...asked(ask("max")), approvalsNeeded }, "rita");
      expect(words).toMatch(/^It doesn't go live by this: max asked for changes\./);
      expect(words.includes("1 more person has approved it")).toBe(approvalsNeeded === 2);
    }
  });

  it("closes the reader's own question", () => {
    expect(tellApproval(asked(ask("rita")), "rita")).toMatch(/at once/);
  });
});

test.prop([fc.nat(20), fc.integer({ min: 1, max: 20 })])("approvals are counted as told", (given, needed) => {
  const words = sayApprovals({ approvals: given, approvalsNeeded: needed });
  expect(words).toBe(`${given} of ${needed} approval${needed === 1 ? "" : "s"}`);
});
