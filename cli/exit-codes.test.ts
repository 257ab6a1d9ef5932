import { expect, it } from "vitest";
import { RUN_OUTCOMES } from "../core/steps.ts";
import { exitCodeOfRun } from "./exit-codes.ts";

it("ends with 0 after a run that deployed or had nothing to change, and with 1 after any other end", () => {
  const ends = RUN_OUTCOMES.map((outcome) => [outcome, exitCodeOfRun({ state: "finished", outcome })]);
  expect(Object.fromEntries(ends)).toEqual({
    deployed: 0,
    no_change: 0,
    rejected: 1,
    expired: 1,
    rolled_back: 1,
    superseded: 1,
    qa_failed: 1,
    aborted: 1,
    failed: 1,
  });
});

it.each(["waiting_for_review", "needs_attention"] as const)("ends with 3 while a run is %s", (state) => {
  expect(exitCodeOfRun({ state, outcome: null })).toBe(3);
});
