import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { intervalPlot } from "./interval-plot.ts";

const frame = { width: 900, height: 280, left: 60, bottom: 30 };
const finite = fc.double({ min: -5, max: 5, noNaN: true });
const interval = fc
  .tuple(finite, fc.double({ min: 0.0001, max: 3, noNaN: true }))
  .map(([estimate, half]) => ({ estimate, low: estimate - half, high: estimate + half }));
const course = fc
  .array(interval, { minLength: 1, maxLength: 60 })
  .map((all) => all.map((one, day) => ({ day, ...one })));

describe("an interval plot", () => {
  it("is none without an interval", () => {
    expect(intervalPlot([], { promised: 0.05, days: 14, frame })).toBeUndefined();
  });

  it("holds the last interval whole, and cuts the first days' at its ends", () => {
    const points = [9, 4, 0.2, 0.1, 0.05].map((half, day) => ({
      day,
      estimate: 0.01,
      low: 0.01 - half,
      high: 0.01 + half,
    }));
    const plot = intervalPlot(points, { promised: 0.05, days: 14, frame });
    expect(plot?.marks.map(({ isCut }) => isCut)).toEqual([true, true, false, false, false]);
    expect(plot?.levels.map(({ value }) => value)).toEqual([-0.2, -0.1, 0, 0.1, 0.2]);
    expect(plot?.days.map(({ day }) => day)).toEqual([0, 2, 4, 6, 8, 10, 12, 14]);
  });

  test.prop([course, fc.double({ min: 0.001, max: 1, noNaN: true }), fc.integer({ min: 1, max: 60 })])(
    "draws all within its frame, up is more, and each day has its place",
    (points, promised, days) => {
      const plot = intervalPlot(points, { promised, days, frame });
      if (!plot) throw new Error("no plot");
      const heights = [
        ...[plot.zero, plot.promised, ...plot.levels.map(({ y }) => y)],
        ...plot.marks.flatMap(({ estimate, low, high }) => [estimate, low, high]),
      ];
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...heights)).toBeLessThanOrEqual(frame.height - frame.bottom);
      expect(plot.promised).toBeLessThan(plot.zero);
      for (const { estimate, low, high } of plot.marks) {
        expect(high).toBeLessThanOrEqual(estimate);
        expect(low).toBeGreaterThanOrEqual(estimate);
      }
      const places = plot.marks.map(({ x }) => x);
      expect(places).toEqual(places.toSorted((a, b) => a - b));
      expect(new Set(places).size).toBe(points.length);
      expect(Math.min(...places)).toBeGreaterThan(frame.left);
      expect(Math.max(...places, plot.end)).toBeLessThan(frame.width);
      expect(plot.marks.at(-1)?.isCut).toBe(false);
    },
  );
});
