import { describe, expect, it } from "vitest";
import { exampleReport } from "../../tests/support/page-report.ts";
import { tellQuality } from "./sentences.ts";

const report = exampleReport("als");
const without = (subject: string) => ({
  ...report,
  metrics: report.metrics.filter((row) => row.subject !== subject),
});

describe("the figures in words", () => {
  it("set the proposed model beside what is live and beside the popularity list", () => {
    expect(tellQuality(report)).toEqual([
      "Of what people went on to choose, a list of 10 holds 23 %; what is live now holds 19 %, the popularity list 9.3 %.",
      "Its order, with what people want near the top, is 25 % better than what is live now and 142 % better than the popularity list (by NDCG).",
      "12 % of all items are shown to somebody; what is live now shows 8.4 %, the popularity list 1.1 %.",
      "Measured on 610 people, by choices that were kept from the training; the checks look at everybody's list.",
    ]);
  });

  it("leave out what is live where nothing is", () => {
    expect(tellQuality(without("champion"))[0]).toBe(
      "Of what people went on to choose, a list of 10 holds 23 %; the popularity list holds 9.3 %.",
    );
  });

  it("don't set the popularity list beside itself", () => {
    const own = tellQuality({ ...without("champion"), candidate: "popularity" });
    expect(own).toEqual([
      "Of what people went on to choose, a list of 10 holds 9.3 %.",
      "1.1 % of all items are shown to somebody.",
      "Measured on 610 people, by choices that were kept from the training; the checks look at everybody's list.",
    ]);
  });

  it("call a figure that is not there unknown, and compare nothing with it", () => {
    const metrics = report.metrics.map((row) => ({ ...row, ndcg: null, recall: null }));
    expect(tellQuality({ ...report, metrics })).toEqual([
      "Of what people went on to choose, a list of 10 holds an unknown share; what is live now holds an unknown share, the popularity list an unknown share.",
      "12 % of all items are shown to somebody; what is live now shows 8.4 %, the popularity list 1.1 %.",
      "Measured on 610 people, by choices that were kept from the training; the checks look at everybody's list.",
    ]);
  });

  it("say when the proposed model was not measured", () => {
    expect(tellQuality(without("als"))).toEqual(["It was not measured in this run."]);
  });
});
