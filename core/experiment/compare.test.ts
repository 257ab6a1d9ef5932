import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { alwaysValidP, alwaysValidReach } from "./always-valid.ts";
import { type Comparison, compareEstimates, compareMoments, type Effect, LEAST_UNITS } from "./compare.ts";
import { cupedEstimates, type SumKind } from "./estimate.ts";
import { type Moments, mergeMoments, momentsOf, type UnitValue } from "./moments.ts";
import { quantileFromOrder } from "./value-counts.ts";

type Order = Parameters<typeof quantileFromOrder>[0];
interface Case {
  name: string;
  kind: SumKind | "quantile";
  cuped: boolean;
  control: Moments & Order;
  treatment: Moments & Order;
  alpha: number;
  planned: number;
  "TwoSidedTTest(absolute)": Effect;
  "TwoSidedTTest(relative)": Effect;
  "SequentialTwoSidedTTest(absolute)": Effect;
  "SequentialTwoSidedTTest(relative)": Effect;
}
// compare.cases.py asks gbstats, confseq and statsmodels
const references = JSON.parse(await readFile(new URL("compare.cases.json", import.meta.url), "utf8"));
const cases = (references.cases as Case[]).map(
  (one) => [`${one.name}, ${one.control.n} units`, one] as const,
);

/** To nine digits of the larger of the number and the interval's width. */
function expectSame(found: Effect | undefined, reference: Effect) {
  const scale = Math.max(Math.abs(reference.estimate), reference.high - reference.low);
  for (const part of ["estimate", "low", "high"] as const)
    expect(Math.abs((found?.[part] ?? Number.NaN) - reference[part])).toBeLessThanOrEqual(1e-9 * scale);
  expect(found?.p).toBeCloseTo(reference.p, 9);
}

function compare({ kind, cuped, control, treatment, alpha, planned }: Case, isFixed: boolean) {
  const method = isFixed
    ? { kind: "fixed" as const }
    : { kind: "always_valid" as const, plannedUnits: planned };
  if (kind !== "quantile")
    return compareMoments({ kind, cuped }, { control, treatment }, { method, alpha }) as Comparison;
  const [a, b] = [quantileFromOrder(control), quantileFromOrder(treatment)];
  if (!a || !b) throw new Error("no quantile");
  return compareEstimates(a, b, { method, alpha });
}

describe.each(cases)("%s", (_, one) => {
  it("differs as gbstats says, fixed", () => {
    // A proportion's difference is Newcombe's, see below; gbstats takes the t interval for it.
    if (one.kind !== "proportion") expectSame(compare(one, true).difference, one["TwoSidedTTest(absolute)"]);
    expectSame(compare(one, true).lift, one["TwoSidedTTest(relative)"]);
  });

  it("differs as gbstats says, always-valid", () => {
    expectSame(compare(one, false).difference, one["SequentialTwoSidedTTest(absolute)"]);
    expectSame(compare(one, false).lift, one["SequentialTwoSidedTTest(relative)"]);
  });
});

const FIXED = { method: { kind: "fixed" as const }, alpha: 0.05 };
const DAILY = { method: { kind: "always_valid" as const, plannedUnits: 5_000 }, alpha: 0.05 };

it("compares means as Welch's test of statsmodels", () => {
  const { control, treatment, is } = references["CompareMeans.tconfint_diff(usevar='unequal'), ttest_ind"];
  const found = compareMoments({ kind: "mean" }, { control, treatment }, FIXED);
  const { low, high, p } = (found as Comparison).difference as Effect;
  expect(low).toBeCloseTo(is[0], 9);
  expect(high).toBeCloseTo(is[1], 9);
  expect(p).toBeCloseTo(is[2], 9);
});

it.each(references["confint_proportions_2indep(method='newcomb'), proportions_ztest"] as number[][])(
  "compares %i of %i with %i of %i as statsmodels",
  (...row) => {
    const [y, n, other, otherN, low, high, p] = row as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const arms = { control: { n, y, yy: y }, treatment: { n: otherN, y: other, yy: other } };
    const found = compareMoments({ kind: "proportion" }, arms, FIXED)?.difference as Effect;
    expect(found.low).toBeCloseTo(low, 9);
    expect(found.high).toBeCloseTo(high, 9);
    expect(found.p).toBeCloseTo(p, 9);
  },
);

it("takes out of a ratio what units did before, as numpy does from every unit", () => {
  const { control, treatment, "values and variances": is } = references["CUPED of a ratio, from all units"];
  const found = cupedEstimates("ratio", [control, treatment]);
  const values = found.flatMap((arm) => [arm?.value ?? Number.NaN, arm?.variance ?? Number.NaN]);
  expect(values[0]).toBeCloseTo(is[0], 12);
  expect(values[2]).toBeCloseTo(is[2], 12);
  expect((values[1] as number) / is[1]).toBeCloseTo(1, 9);
  expect((values[3] as number) / is[3]).toBeCloseTo(1, 9);
});

it.each(
  references["boundaries.normal_mixture_bound(n, alpha, v_opt, alpha, is_one_sided) / sqrt(n)"] as number[][],
)("reaches as far as confseq after %i of planned %i, alpha %d, %i sides", (...row) => {
  const [units, plannedUnits, alpha, sides, reach] = row as [number, number, number, 1 | 2, number];
  expect(alwaysValidReach({ units, plannedUnits, alpha, sides })).toBeCloseTo(reach, 7);
});

describe("what cannot be told", () => {
  const arm = (values: number[]) => momentsOf(values.map((y) => ({ y })));

  it("is not told of one unit", () => {
    expect(
      compareMoments({ kind: "mean" }, { control: arm([1]), treatment: arm([1, 2]) }, FIXED),
    ).toBeUndefined();
  });

  it("is not told where nothing varies", () => {
    const same = { control: arm([0, 0, 0]), treatment: arm([0, 0]) };
    expect(compareMoments({ kind: "mean" }, same, FIXED)).toEqual({
      control: 0,
      treatment: 0,
      difference: undefined,
      lift: undefined,
    });
  });

  it("is not told as a share of about nothing", () => {
    const around = { control: arm([-1, 1, 2, -2, 0.1]), treatment: arm([3, 4, 5, 4]) };
    const found = compareMoments({ kind: "mean" }, around, FIXED);
    expect(found?.lift).toBeUndefined();
    expect(found?.difference?.estimate).toBeCloseTo(3.98, 9);
  });

  it("is not looked at early, always-valid", () => {
    const values = Array.from({ length: LEAST_UNITS }, (_, at) => at % 7);
    const early = { control: arm(values), treatment: arm(values.slice(1)) };
    expect(compareMoments({ kind: "mean" }, early, DAILY)?.difference).toBeUndefined();
    const later = { control: arm(values), treatment: arm(values) };
    expect(compareMoments({ kind: "mean" }, later, DAILY)?.difference).toMatchObject({ estimate: 0, p: 1 });
  });

  it("is an error where sums are missing", () => {
    const arms = { control: arm([1, 2]), treatment: arm([1, 3]) };
    expect(() => compareMoments({ kind: "ratio" }, arms, FIXED)).toThrow(
      "moments: x: a ratio needs the sums of its denominator",
    );
    expect(() => compareMoments({ kind: "mean", cuped: true }, arms, FIXED)).toThrow(
      "moments: c: CUPED needs the sums of what the units did before",
    );
  });
});

const value = fc.double({ min: 1, max: 1_000, noNaN: true });
const units = fc.array(fc.record({ y: value, x: value, c: value }), { minLength: 20, maxLength: 60 });
const kinds = fc.constantFrom<SumKind>("mean", "ratio");
const scaled = (all: UnitValue[], by: number) =>
  momentsOf(all.map(({ y, ...rest }) => ({ ...rest, y: y * by })));

test.prop([units, units, kinds, fc.boolean(), fc.double({ min: 0.01, max: 100, noNaN: true })])(
  "a difference grows with the unit of money, a lift does not",
  (a, b, kind, cuped, by) => {
    const of = (factor: number) =>
      compareMoments({ kind, cuped }, { control: scaled(a, factor), treatment: scaled(b, factor) }, FIXED);
    const [plain, grown] = [of(1), of(by)];
    const near = (x: number | undefined, y: number | undefined) =>
      expect(Math.abs((x ?? 0) - (y ?? 0))).toBeLessThan(1e-6 * Math.max(1, Math.abs(x ?? 0)));
    near((plain?.difference?.low ?? 0) * by, grown?.difference?.low);
    near(plain?.lift?.high, grown?.lift?.high);
    near(plain?.difference?.p, grown?.difference?.p);
  },
);

test.prop([units, units, kinds])(
  "an interval holds its estimate, and turns round with the arms",
  (a, b, kind) => {
    const [control, treatment] = [momentsOf(a), momentsOf(b)];
    const there = compareMoments({ kind }, { control, treatment }, FIXED)?.difference as Effect;
    const back = compareMoments({ kind }, { control: treatment, treatment: control }, FIXED)
      ?.difference as Effect;
    expect(there.low).toBeLessThanOrEqual(there.estimate);
    expect(there.high).toBeGreaterThanOrEqual(there.estimate);
    expect(there.low).toBeCloseTo(-back.high, 6);
    expect(there.p >= 0.05).toBe(there.low <= 0 && there.high >= 0);
  },
);

test.prop([units, units])("CUPED of all units together never widens, and moves nothing", (a, b) => {
  const arms = { control: momentsOf(a), treatment: momentsOf(b) };
  const pooled = mergeMoments(Object.values(arms));
  const [all] = cupedEstimates("mean", [pooled]);
  const plain = (pooled.yy - pooled.y ** 2 / pooled.n) / (pooled.n - 1);
  expect(all?.variance).toBeLessThanOrEqual(plain * (1 + 1e-9));
  expect(all?.value).toBeCloseTo(pooled.y / pooled.n, 6);
});

const sequence = {
  alpha: fc.double({ min: 0.001, max: 0.3, noNaN: true }),
  units: fc.integer({ min: 10, max: 10_000_000 }),
  plannedUnits: fc.integer({ min: 10, max: 10_000_000 }),
};

test.prop([fc.record(sequence)])(
  "always-valid reaches further than fixed; two-sided, at the planned units, further than one-sided",
  (at) => {
    const two = alwaysValidReach({ ...at, sides: 2 });
    const planned = { ...at, units: at.plannedUnits };
    const [one, other] = [1, 2].map((sides) => alwaysValidReach({ ...planned, sides: sides as 1 | 2 }));
    // ln(1/alpha)·2 is the square of a bound that even one look cannot be below: exp(-z²/2) > 2·P(Z > z)
    expect(two).toBeGreaterThan(Math.sqrt(-2 * Math.log(at.alpha)));
    expect(one).toBeLessThan(other as number);
    expect(one).toBeGreaterThan(0);
  },
);

test.prop([fc.record(sequence)])("the p-value is alpha where the interval ends at 0", (at) => {
  const reach = alwaysValidReach({ ...at, sides: 2 });
  expect(alwaysValidP(reach, at)).toBeCloseTo(at.alpha, 9);
  expect(alwaysValidP(reach * 1.1, at)).toBeLessThan(at.alpha);
  expect(alwaysValidP(0, at)).toBe(1);
});
