import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { Behaviour } from "../../core/qa-report.ts";
import { exampleReport } from "../../tests/support/page-report.ts";
import { tellBehaviour } from "./behaviour-words.ts";

const report = exampleReport("als");
const only = (...rows: Behaviour[]) => ({ ...report, behaviour: rows });
const NONE: Behaviour = {
  ...{ subject: "als", overlap: null, rankCorrelation: null, diversity: null, novelty: null },
  topDecileShare: null,
};

describe("how lists behave, in words", () => {
  it("set the proposed model beside what is live", () => {
    expect(tellBehaviour(report)).toEqual([
      "Two thirds of each list stay as they are, on average over everybody.",
      "Titles come in much the same order as today's.",
      "Of all pairs of titles on one list, 71 % differ in genre; with what is live now it is 65 %.",
      "A typical title on a list was chosen by 1 person in 550 so far; with what is live now by 1 person in 290.",
      "The tenth of the items that is shown most takes 64 % of all places; with what is live now it takes 71 %.",
    ]);
  });

  it("set it beside the popularity list where nothing is live", () => {
    const behaviour = report.behaviour.filter(({ subject }) => subject !== "champion");
    expect(tellBehaviour({ ...report, behaviour }).at(-1)).toMatch(
      /with the popularity list it takes 100 %\.$/,
    );
  });

  it("say nothing about what isn't known, instead of 0", () => {
    expect(tellBehaviour(only(NONE))).toEqual([]);
    expect(tellBehaviour(only({ ...NONE, subject: "similar", overlap: 1 }))).toEqual([]);
  });

  it("call a half one, and two thirds several", () => {
    expect(tellBehaviour(only({ ...NONE, overlap: 0.5 }))[0]).toMatch(/^Half of each list stays as it is,/);
    expect(tellBehaviour(only({ ...NONE, overlap: 1 }))[0]).toMatch(/^All of each list stays as it is,/);
  });

  test.prop([fc.double({ min: -1, max: 1, noNaN: true })])(
    "know a word for every order",
    (rankCorrelation) => {
      expect(tellBehaviour(only({ ...NONE, rankCorrelation }))).toEqual([
        expect.stringMatching(/today's\.$/),
      ]);
    },
  );

  test.prop([fc.double({ min: 0, max: 40, noNaN: true })])(
    "never call a title chosen by one in none",
    (novelty) => {
      expect(tellBehaviour(only({ ...NONE, novelty }))[0]).toMatch(/1 person in [1-9][\d,]* so far\.$/);
    },
  );
});
