import { expect, it } from "vitest";
import { compareMoments } from "./compare.ts";
import { momentsOf } from "./moments.ts";
import { compareSegments } from "./segments.ts";

const arm = (values: number[]) => momentsOf(values.map((y) => ({ y })));
const FIXED = { method: { kind: "fixed" as const }, alpha: 0.05 };
const CLOSE = { control: arm([1, 2, 3, 4, 5]), treatment: arm([2, 3, 4, 5, 6.5]) };
const FAR = { control: arm([1, 2, 3, 4, 5]), treatment: arm([9, 8, 9, 7, 8]) };

it("compares each segment as alone, makes its p-value the larger the more there are, and marks it", () => {
  const found = compareSegments(
    { kind: "mean" },
    [
      { segment: "tv", ...CLOSE },
      { segment: "phone", ...FAR },
      { segment: "tablet", control: arm([1]), treatment: arm([2, 3]) },
    ],
    FIXED,
  );
  const alone = [CLOSE, FAR].map((arms) => compareMoments({ kind: "mean" }, arms, FIXED));
  expect(found.map(({ segment, isExploratory }) => [segment, isExploratory])).toEqual([
    ["tv", true],
    ["phone", true],
    ["tablet", true],
  ]);
  expect(found[0]?.comparison).toEqual(alone[0]);
  expect(found[0]?.p).toBe(alone[0]?.difference?.p);
  expect(found[1]?.p).toBeCloseTo(2 * (alone[1]?.difference?.p as number), 12);
  expect(found[2]).toEqual({ segment: "tablet", comparison: undefined, p: undefined, isExploratory: true });
});
