import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { formatChange, formatFigure, sayShare } from "./figures.ts";

describe("figures", () => {
  it("are written in their unit", () => {
    expect(formatFigure(0.684, "share")).toBe("68 %");
    expect(formatFigure(9_742, "count")).toBe("9,742");
    expect(formatFigure(-0.031, "ndcg")).toBe("−0.031");
    expect(formatFigure(9.13, "bits")).toBe("9.1 bits");
    expect(formatFigure(-0.5, "correlation")).toBe("−0.50");
  });

  it("are a dash where there is none, and 0 where it is 0", () => {
    for (const unit of ["share", "count", "ndcg", "bits", "correlation"] as const)
      expect(formatFigure(null, unit)).toBe("–");
    expect(formatFigure(0, "count")).toBe("0");
  });

  it("carry their sign where they are a change; what rounds to nothing has none", () => {
    expect(formatChange(0.0123)).toBe("+0.012");
    expect(formatChange(-0.031)).toBe("−0.031");
    expect(formatChange(-0.0001)).toBe("±0");
  });

  test.prop([fc.double({ min: -1, max: 1, noNaN: true })])(
    "mirror each other, but for the sign",
    (change) => {
      const turned = formatChange(-change).replace(/^[+−]/, (sign) => (sign === "+" ? "−" : "+"));
      expect(turned).toBe(formatChange(change));
    },
  );
});

describe("a share as one says it", () => {
  it("is a fraction where it is near one, else per cent", () => {
    expect(sayShare(0.66)).toBe("two thirds");
    expect(sayShare(0.5)).toBe("half");
    expect(sayShare(0.43)).toBe("about 43 %");
  });

  test.prop([fc.double({ min: 0, max: 1, noNaN: true })])(
    "is all and none only where it really is",
    (share) => {
      const said = sayShare(share);
      expect(said === "all").toBe(share === 1);
      expect(said === "none").toBe(share === 0);
    },
  );
});
