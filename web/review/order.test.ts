import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { CHECK_GROUPS, type Check } from "../../core/qa-report.ts";
import { exampleReport, failedReport } from "../../tests/support/page-report.ts";
import { checkParts, countChecks, failedChecks, worseServed } from "./order.ts";

const PLAIN = exampleReport("als").checks[0] as Check;
const check = (id: string, verdict: Check["verdict"], severity: Check["severity"]): Check => ({
  ...PLAIN,
  ...{ id, verdict, severity },
});
const anyChecks = fc.array(
  fc.record({
    verdict: fc.constantFrom("pass", "fail", "inconclusive" as const),
    severity: fc.constantFrom("error", "warn" as const),
    group: fc.constantFrom(...CHECK_GROUPS),
  }),
  { maxLength: 40 },
);
const numbered = (checks: readonly Pick<Check, "verdict" | "severity" | "group">[]) =>
  checks.map((each, index): Check => ({ ...PLAIN, ...each, id: `check.${index}` }));

describe("checks in their order", () => {
  it("tell first what failed and had to pass, then what failed and is to be weighed", () => {
    const checks = [
      check("a", "fail", "warn"),
      check("b", "pass", "error"),
      check("c", "fail", "error"),
      check("d", "fail", "warn"),
    ];
    expect(failedChecks(checks).map(({ id }) => id)).toEqual(["c", "a", "d"]);
  });

  it("count a failed warning as something to weigh, never as a failure", () => {
    expect(countChecks(exampleReport("als").checks)).toEqual({
      failed: 0,
      toWeigh: 3,
      cannotTell: 1,
      passed: 5,
    });
    expect(countChecks(failedReport("als").checks).failed).toBe(20);
  });

  it("leave out parts without checks", () => {
    const parts = checkParts([check("a", "pass", "error")]);
    expect(parts.map(({ group }) => group)).toEqual(["case"]);
    expect(checkParts([])).toEqual([]);
  });

  it("put what cannot be told before what passed", () => {
    const [part] = checkParts([check("a", "pass", "error"), check("b", "inconclusive", "warn")]);
    expect(part?.checks.map(({ id }) => id)).toEqual(["b", "a"]);
  });

  test.prop([anyChecks])("are each told once: above the parts or in one of them", (given) => {
    const checks = numbered(given);
    const parts = checkParts(checks);
    const told = [...failedChecks(checks), ...parts.flatMap((part) => part.checks)].map(({ id }) => id);
    expect(told.toSorted()).toEqual(checks.map(({ id }) => id).toSorted());
    const counted = countChecks(checks);
    expect(counted.failed + counted.toWeigh + counted.cannotTell + counted.passed).toBe(checks.length);
  });
});

describe("groups of people that are served worse", () => {
  const [slice] = exampleReport("als").slices;
  const report = (changes: { verdict: "pass" | "fail"; high: number | null }[]) => ({
    ...exampleReport("als"),
    slices: changes.flatMap(({ verdict, high }) =>
      slice
        ? { ...slice, verdict, change: high === null ? null : { mean: high - 0.01, low: high - 0.02, high } }
        : [],
    ),
  });

  it("are those that failed and those whose whole interval lies below today's", () => {
    const judged = worseServed(
      report([
        { verdict: "pass", high: -0.001 },
        { verdict: "pass", high: 0 },
        { verdict: "fail", high: 0.01 },
        { verdict: "pass", high: null },
      ]),
    );
    expect(judged.map(({ verdict, change }) => [verdict, change?.high])).toEqual([
      ["pass", -0.001],
      ["fail", 0.01],
    ]);
  });
});
