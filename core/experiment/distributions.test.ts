import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chiSquareTail, logGamma } from "./gamma.ts";
import { normalCdf, normalQuantile } from "./normal.ts";
import { studentQuantile, studentTail } from "./student.ts";

// distributions.cases.py asks SciPy
const cases = JSON.parse(
  await readFile(new URL("distributions.cases.json", import.meta.url), "utf8"),
) as Record<string, number[][]>;

/** Whether two numbers are one but for their last digits: 1e-10 of the number, as the tails ask for. */
function expectSame(value: number, reference: number, closer = 1e-10, dust = 0) {
  expect(Math.abs(value - reference)).toBeLessThanOrEqual(
    closer * Math.max(Math.abs(reference), 1e-290) + dust,
  );
}

const OURS: Record<string, (...args: number[]) => number> = {
  "norm.cdf(z)": normalCdf,
  "norm.ppf(p)": normalQuantile,
  "t.sf(t, df)": studentTail,
  "t.ppf(p, df)": studentQuantile,
  "chi2.sf(x, df)": chiSquareTail,
  "gammaln(x)": logGamma,
} as Record<string, (...args: number[]) => number>;

describe.each(Object.entries(cases))("SciPy's %s", (name, rows) => {
  it.each(rows)("at %d, %d", (...row) => {
    const reference = row.pop() as number;
    // Where these pass through 0, no share of it can be asked for.
    const dust = name === "gammaln(x)" || name === "norm.ppf(p)" ? 1e-14 : 0;
    // ln Γ of some millions has an error of the sum's size, which t with so many degrees inherits.
    const closer = name.startsWith("t.sf") && (row[1] as number) > 100_000 ? 1e-8 : 1e-10;
    expectSame((OURS[name] as (...args: number[]) => number)(...row), reference, closer, dust);
  });
});

test.prop([fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true })])(
  "a quantile has its probability below it",
  (p) => {
    expectSame(normalCdf(normalQuantile(p)), p, 1e-9);
    expectSame(studentTail(-studentQuantile(p, 12.5), 12.5), p, 1e-9);
  },
);
