import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixedSampleRatio, lossBalance, SAMPLE_RATIO_ALPHA, sampleRatio } from "./sample-ratio.ts";

// inference.cases.py asks SciPy
const references = JSON.parse(await readFile(new URL("inference.cases.json", import.meta.url), "utf8"));

it.each(
  references["dirichlet_multinomial.logpmf - multinomial.logpmf, chisquare.pvalue"] as [
    number[],
    number[],
    number,
    number | null,
  ][],
)("%j of planned %j is as likely as SciPy says", (counts, shares, logBayesFactor, chiSquare) => {
  const { p, isMismatch } = sampleRatio([{ counts, shares }]);
  const reference = Math.min(1, Math.exp(-logBayesFactor));
  expect(Math.abs(p - reference)).toBeLessThanOrEqual(1e-6 * reference);
  expect(isMismatch).toBe(reference < SAMPLE_RATIO_ALPHA);
  if (chiSquare !== null) expect(fixedSampleRatio({ counts, shares })).toBeCloseTo(chiSquare, 10);
});

it.each(
  references["of what arms lost: dirichlet_multinomial.logpmf(100 * shares) - multinomial.logpmf"] as [
    number[],
    number[],
    number,
  ][],
)("%j lost of arms of %j is as likely as SciPy says", (lost, shares, logBayesFactor) => {
  const arms = lost.map((count, at) => {
    const assigned = 10_000 * (shares[at] as number);
    return { assigned, recorded: assigned - count };
  });
  const reference = Math.min(1, Math.exp(-logBayesFactor));
  expect(Math.abs((lossBalance(arms)?.p ?? 2) - reference)).toBeLessThanOrEqual(1e-6 * reference);
});

describe("a loss of one arm", () => {
  it("of 3 % is seen in the counts of 100,000", () => {
    expect(sampleRatio([{ counts: [50_000, 48_500], shares: [0.5, 0.5] }]).isMismatch).toBe(true);
  });

  it("of 1 % is not, as it is 1.6 standard errors, but is where those assigned are counted too", () => {
    const arms = [
      { assigned: 50_000, recorded: 50_000 },
      { assigned: 50_000, recorded: 49_500 },
    ];
    const shares = [0.5, 0.5];
    expect(sampleRatio([{ counts: arms.map(({ recorded }) => recorded), shares }]).isMismatch).toBe(false);
    expect(lossBalance(arms)).toMatchObject({ isMismatch: true, units: 500 });
  });

  it("that all arms share is none", () => {
    const arms = [
      { assigned: 90_000, recorded: 89_100 },
      { assigned: 10_000, recorded: 9_900 },
    ];
    expect(lossBalance(arms)).toMatchObject({ isMismatch: false, units: 1_000 });
  });

  it("is not asked for without two arms, and refuses counts that cannot be", () => {
    expect(lossBalance([{ assigned: 5, recorded: 5 }])).toBeUndefined();
    expect(() =>
      lossBalance([
        { assigned: 5, recorded: 6 },
        { assigned: 5, recorded: 5 },
      ]),
    ).toThrow("sample ratio: 6 recorded of 5 assigned; count each unit once");
  });
});

it("judges each stage by its own shares", () => {
  const first = { counts: [9_900, 100], shares: [0.99, 0.01] };
  const second = { counts: [5_000, 5_000], shares: [0.5, 0.5] };
  expect(sampleRatio([first, second])).toMatchObject({ isMismatch: false, units: 20_000 });
  expect(sampleRatio([{ counts: [14_900, 5_100], shares: [0.5, 0.5] }]).isMismatch).toBe(true);
});

it("refuses shares that are none", () => {
  expect(() => sampleRatio([{ counts: [1, 2], shares: [0.5, 0.4] }])).toThrow(RangeError);
  expect(() => sampleRatio([{ counts: [1, 2], shares: [1, 0] }])).toThrow(
    "sample ratio: shares 1, 0 of 2 arms; each above 0, together 1",
  );
});

const counts = fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 3, maxLength: 3 });

test.prop([counts])("the order of the arms is nothing to it, and no data is no evidence", (some) => {
  const shares = [0.5, 0.3, 0.2];
  const there = sampleRatio([{ counts: some, shares }]);
  const back = sampleRatio([{ counts: some.toReversed(), shares: shares.toReversed() }]);
  expect(there.p).toBeCloseTo(back.p, 9);
  expect(
    sampleRatio([
      { counts: some, shares },
      { counts: [0, 0, 0], shares },
    ]).p,
  ).toBeCloseTo(there.p, 9);
});
