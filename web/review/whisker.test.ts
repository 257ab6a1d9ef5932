import { fc, test } from "@fast-check/vitest";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { axisOf, Whisker } from "./whisker.tsx";

const anyEstimate = fc
  .tuple(...Array.from({ length: 3 }, () => fc.double({ min: -1, max: 1, noNaN: true })))
  .map((values) => values.toSorted((a, b) => a - b))
  .map(([low = 0, mean = 0, high = 0]) => ({ low, mean, high }));

describe("an axis that whiskers share", () => {
  it("isn't there where nothing can be told", () => {
    expect(axisOf([])).toBeUndefined();
    expect(axisOf([null, null])).toBeUndefined();
  });

  test.prop([fc.array(anyEstimate, { minLength: 1 })])(
    "holds 0 and all of them, and has a length",
    (estimates) => {
      const axis = axisOf([null, ...estimates]);
      if (!axis) throw new Error("no axis");
      expect(axis.low).toBeLessThanOrEqual(0);
      expect(axis.high).toBeGreaterThan(axis.low);
      for (const { low, high } of estimates) {
        expect(axis.low).toBeLessThanOrEqual(low);
        expect(axis.high).toBeGreaterThanOrEqual(high);
      }
    },
  );
});

describe("a whisker", () => {
  const drawn = (low: number, high: number) =>
    renderToStaticMarkup(
      createElement(Whisker, {
        estimate: { low, mean: (low + high) / 2, high },
        axis: { low: low < 0 ? -1 : 0, high: 1 },
        tone: "bad",
        label: "Difference: <b>worse</b>",
      }),
    );

  it("says in words what it draws, markup as text", () => {
    expect(drawn(-0.5, 0)).toContain("<title>Difference: &lt;b&gt;worse&lt;/b&gt;</title>");
  });

  it("marks 0 only where it lies within", () => {
    expect(drawn(-0.5, 0)).toContain('class="whisker-zero" x1="50"');
    expect(drawn(0.2, 0.4)).not.toContain("whisker-zero");
  });

  it("stands where its values are", () => {
    expect(drawn(0.2, 0.4)).toContain('class="whisker-line" x1="20" x2="40"');
  });
});
