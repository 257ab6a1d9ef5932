import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addUnit, type Moments, mergeMoments, momentsOf, noMoments } from "./moments.ts";

describe("the sums of an arm", () => {
  it("count, add, square and multiply", () => {
    expect(
      momentsOf([
        { y: 2, x: 3, c: 5 },
        { y: 7, x: 1, c: 0 },
      ]),
    ).toEqual({ n: 2, y: 9, yy: 53, x: 4, xx: 10, xy: 13, c: 5, cc: 25, cy: 10, cx: 15 });
  });

  it("have only the letters that the units have", () => {
    expect(momentsOf([{ y: 1 }, { y: 0 }])).toEqual({ n: 2, y: 1, yy: 1 });
    expect(momentsOf([])).toEqual({ n: 0, y: 0, yy: 0 });
  });

  it("refuse units of which some lack a letter, and numbers that are none", () => {
    expect(() => momentsOf([{ y: 1, x: 2 }, { y: 1 }])).toThrow(
      "moments: x: some units have it and others lack it; sums need it of all or none",
    );
    expect(() => momentsOf([{ y: Number.NaN }])).toThrow("moments: y: NaN is not a finite number");
    expect(() =>
      mergeMoments([
        { n: 1, y: 1, yy: 1 },
        { n: 1, y: 1, yy: 1, c: 1, cc: 1, cy: 1 },
      ]),
    ).toThrow(RangeError);
  });

  it("of nobody change nothing, whatever letters they lack", () => {
    const some = momentsOf([{ y: 3, c: 1 }]);
    expect(mergeMoments([noMoments(), some, noMoments()])).toEqual(some);
  });
});

// Whole numbers, so that sums are exact whatever their order.
const unit = fc.record({
  y: fc.integer({ min: -1_000, max: 1_000 }),
  x: fc.integer({ min: 0, max: 1_000 }),
  c: fc.integer({ min: -1_000, max: 1_000 }),
});
const units = fc.array(unit, { maxLength: 30 });

test.prop([units, units, units])(
  "days add up in any order and grouping, to the sums of all units",
  (a, b, c) => {
    const [first, second, third] = [momentsOf(a), momentsOf(b), momentsOf(c)] as [Moments, Moments, Moments];
    const all = momentsOf([...a, ...b, ...c]);
    expect(mergeMoments([mergeMoments([first, second]), third])).toEqual(all);
    expect(mergeMoments([first, mergeMoments([second, third])])).toEqual(all);
    expect(mergeMoments([third, first, second])).toEqual(all);
  },
);

test.prop([units, unit])("adding a unit is adding the sums of this unit alone", (some, one) => {
  const sums = momentsOf(some);
  addUnit(sums, one);
  expect(sums).toEqual(mergeMoments([momentsOf(some), momentsOf([one])]));
});
