import { describe, expect, it } from "vitest";
import { decisionOf, reviewOf } from "../../tests/support/page-review.ts";
import { tellChanges } from "./changes.ts";

const before = reviewOf({ decisions: [decisionOf({ id: "1", by: "max" })] });

describe("what changed since the page was opened", () => {
  it("is nothing where nothing did", () => {
    expect(tellChanges(before, reviewOf({ decisions: before.decisions }))).toEqual([]);
  });

  it("is told by new decisions only, in the order in which they came", () => {
    const decisions = [
      ...before.decisions,
      decisionOf({ id: "2", by: "ida", verdict: "ask", reason: "Why?" }),
      decisionOf({ id: "3", by: "rita" }),
    ];
    expect(tellChanges(before, { ...before, decisions, state: "approved" })).toEqual([
      "ida asked for changes: “Why?”.",
      "rita approved it.",
      "It has all the approvals that it needs.",
    ]);
  });

  it("names another candidate, and says when the same one was made anew", () => {
    const releaseDigest = "c".repeat(64);
    expect(tellChanges(before, { ...before, releaseDigest })).toEqual([
      "Another release is proposed: als, made anew.",
    ]);
    expect(tellChanges(before, { ...before, releaseDigest, candidate: "similar" })).toEqual([
      "Another release is proposed: similar instead of als.",
    ]);
  });

  it("tells a new report by its headline, and a newer run by its name", () => {
    expect(tellChanges(before, { ...before, reportDigest: "d".repeat(64) })[0]).toMatch(
      /^The report was written anew: als may go live/,
    );
    expect(tellChanges(before, { ...before, state: "superseded", supersededBy: "movies-3" })).toEqual([
      "A newer run took its place: movies-3.",
    ]);
    expect(tellChanges(before, { ...before, state: "expired" })).toEqual([
      "The time for a decision is over; nothing was changed.",
    ]);
  });
});
