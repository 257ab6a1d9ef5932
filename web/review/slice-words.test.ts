import { describe, expect, it } from "vitest";
import type { Slice } from "../../core/qa-report.ts";
import { exampleReport } from "../../tests/support/page-report.ts";
import { sayChange, sayEstimate } from "./slice-words.ts";

const [worse, unclear, better, , few] = exampleReport("als").slices as [Slice, Slice, Slice, Slice, Slice];

describe("how a group of people is served, in words", () => {
  it("is told against today's, in per cent of it", () => {
    expect(sayChange(worse)).toBe("15 % worse than now");
    expect(sayChange(better)).toBe("21 % better than now");
  });

  it("is no difference where chance may explain it, even at the interval's edge", () => {
    expect(sayChange(unclear)).toBe("no clear difference (−0.019 to +0.003)");
    expect(sayChange({ ...worse, change: { mean: -0.01, low: -0.02, high: 0 } })).toMatch(
      /^no clear difference/,
    );
  });

  it("is told by itself where today's lists fit nobody, as there is nothing to divide by", () => {
    expect(sayChange({ ...better, championNdcg: { mean: 0, low: 0, high: 0 } })).toBe(
      "+0.043 better than now",
    );
  });

  it("cannot be told of too few people; of nobody it says so", () => {
    expect(sayChange(few)).toBe("cannot tell");
    expect(sayChange({ ...few, judged: 0 })).toBe("nobody of it could be judged");
  });

  it("holds an estimate with its interval, and never 0 for what isn't known", () => {
    expect(sayEstimate({ mean: 0.247, low: 0.231, high: 0.263 })).toBe("0.247, between 0.231 and 0.263");
    expect(sayEstimate(null)).toBe("cannot tell");
  });
});
