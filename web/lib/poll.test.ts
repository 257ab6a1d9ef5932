import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { nextWait } from "./poll.ts";

describe("the pause before the next question", () => {
  it("is the base after a change", () => {
    expect(nextWait({ before: 8_000, base: 1_000, changed: true, failed: false })).toBe(1_000);
  });

  it("grows while nothing changes, up to 10 s", () => {
    const pauses = [1_000];
    for (let i = 0; i < 20; i++)
      pauses.push(nextWait({ before: pauses.at(-1) ?? 0, base: 1_000, changed: false, failed: false }));
    expect(pauses[1]).toBe(1_250);
    expect(pauses.at(-1)).toBe(10_000);
    expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
  });

  it("is none once the answer will not change any more", () => {
    expect(nextWait({ before: 1_000, base: undefined, changed: true, failed: false })).toBe(0);
  });

  it("doubles with each failure, up to 30 s, also for what was never asked again", () => {
    const pauses = [0];
    for (let i = 0; i < 6; i++)
      pauses.push(nextWait({ before: pauses.at(-1) ?? 0, base: undefined, changed: false, failed: true }));
    expect(pauses).toEqual([0, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  test.prop([fc.nat({ max: 60_000 }), fc.integer({ min: 500, max: 20_000 }), fc.boolean(), fc.boolean()])(
    "is never shorter than the base, and never more than half a minute",
    (before, base, changed, failed) => {
      const wait = nextWait({ before, base, changed, failed });
      expect(wait).toBeGreaterThanOrEqual(failed ? 2_000 : base);
      expect(wait).toBeLessThanOrEqual(30_000);
    },
  );
});
