import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Effect } from "./compare.ts";
import { levels } from "./levels.ts";
import { type Guardrail, judge, type Standing } from "./verdict.ts";

const lift = (low: number, high: number): Effect => ({ estimate: (low + high) / 2, low, high, p: 0.01 });
const guardrail = (name: string, low: number, high: number): Guardrail => ({
  name,
  better: "up",
  lift: lift(low, high),
  acceptedLoss: 0.02,
});
const STANDING: Standing = {
  primary: { name: "spend per person", better: "up", lift: lift(0.004, 0.038) },
  guardrails: [guardrail("click-through rate", -0.01, 0.01)],
  rule: { ship: "better" },
  leastEffect: 0.02,
  sampleRatio: { isMismatch: false, causes: [] },
  isOver: false,
  isSequential: true,
  mayShip: true,
};
const spend = (low: number, high: number) => ({ ...STANDING.primary, lift: lift(low, high) });

describe("an arm", () => {
  it("ships when the primary metric is surely better and every guardrail holds", () => {
    expect(judge(STANDING)).toEqual({
      verdict: "ship",
      reason:
        "spend per person rose by 2.1 % (between +0.4 % and +3.8 %): surely better, and every guardrail holds",
      guardrails: [{ name: "click-through rate", verdict: "pass" }],
      opposites: [],
    });
  });

  it("waits for a guardrail that is still unclear, and ends inconclusive with it", () => {
    const standing = { ...STANDING, guardrails: [guardrail("click-through rate", -0.03, 0.01)] };
    expect(judge(standing)).toMatchObject({
      verdict: "go_on",
      reason:
        "spend per person rose by 2.1 % (between +0.4 % and +3.8 %): surely better, but click-through rate is not yet surely within its accepted loss",
    });
    expect(judge({ ...standing, isOver: true }).verdict).toBe("inconclusive");
  });

  it("stops at once for harm to a guardrail, also before it may ship", () => {
    const standing = {
      ...STANDING,
      mayShip: false,
      guardrails: [guardrail("click-through rate", -0.09, -0.03)],
    };
    expect(judge(standing)).toMatchObject({
      verdict: "stop",
      reason:
        "click-through rate fell by 6 % (between -9 % and -3 %), surely more than the loss of 2 % that the plan accepts; " +
        "click-through rate fell by 6 % (between -9 % and -3 %) while spend per person rose by 2.1 % (between +0.4 % and +3.8 %): " +
        "they point in opposite directions, and the verdict follows click-through rate",
      guardrails: [{ name: "click-through rate", verdict: "fail" }],
    });
  });

  it("does not ship before its least days, nor by intervals that are for one look", () => {
    expect(judge({ ...STANDING, mayShip: false })).toMatchObject({
      verdict: "go_on",
      reason: expect.stringContaining("the plan's least days are not over"),
    });
    expect(judge({ ...STANDING, isSequential: false })).toMatchObject({
      verdict: "go_on",
      reason: expect.stringContaining("the plan looks once, at its end"),
    });
    expect(judge({ ...STANDING, isSequential: false, isOver: true }).verdict).toBe("ship");
  });

  it("ends inconclusive where nothing is sure, and says when the gain is surely too small", () => {
    const end = { ...STANDING, isOver: true };
    expect(judge({ ...end, primary: spend(-0.02, 0.05) })).toMatchObject({
      verdict: "inconclusive",
      reason: expect.stringMatching(/: neither surely better nor surely worse$/),
    });
    expect(judge({ ...end, primary: spend(-0.01, 0.01) })).toMatchObject({
      verdict: "inconclusive",
      reason:
        "spend per person stayed as it was (between -1 % and +1 %): surely less than the gain of 2 % that were worth having",
    });
    expect(judge({ ...end, primary: { ...STANDING.primary, lift: undefined } })).toMatchObject({
      verdict: "inconclusive",
      reason: "spend per person: too little was seen to tell anything",
    });
  });

  it("that is only to be no worse ships within its loss, and stops beyond it", () => {
    const rule = { ship: "not_worse" as const, acceptedLoss: 0.01 };
    expect(judge({ ...STANDING, rule, primary: spend(-0.008, 0.01) }).verdict).toBe("ship");
    expect(judge({ ...STANDING, rule, primary: spend(-0.02, 0.01) }).verdict).toBe("go_on");
    expect(judge({ ...STANDING, rule, primary: spend(-0.03, -0.02) }).verdict).toBe("stop");
  });

  it("gets no verdict while the arms don't hold their shares, whatever else is seen", () => {
    const sampleRatio = { isMismatch: true, causes: ["bots got 9 % in arm b and 1 % in arm a"] };
    expect(judge({ ...STANDING, sampleRatio })).toMatchObject({
      verdict: "inconclusive",
      reason:
        "the arms do not hold the shares that the plan gave them, so nothing can be read from them; likely because bots got 9 % in arm b and 1 % in arm a",
    });
  });
});

describe("clicks up and spend down", () => {
  it("is said aloud, and the verdict follows spend", () => {
    const clicks = { name: "click-through rate", better: "up" as const, lift: lift(0.03, 0.05) };
    const found = judge({ ...STANDING, guardrails: [], others: [clicks], primary: spend(-0.05, -0.01) });
    expect(found.verdict).toBe("stop");
    expect(found.reason).toBe(
      "spend per person fell by 3 % (between -5 % and -1 %): surely worse than the control; " +
        "click-through rate rose by 4 % (between +3 % and +5 %) while spend per person fell by 3 % (between -5 % and -1 %): " +
        "they point in opposite directions, and the verdict follows spend per person",
    );
  });

  it("is not said where one of them is unsure, and knows that lower can be better", () => {
    const complaints = { name: "complaints", better: "down" as const, lift: lift(-0.2, 0.1) };
    expect(judge({ ...STANDING, others: [complaints] }).opposites).toEqual([]);
    const sure = { ...complaints, lift: lift(0.05, 0.2) };
    expect(judge({ ...STANDING, others: [sure] }).opposites).toHaveLength(1);
    expect(judge({ ...STANDING, others: [{ ...sure, lift: lift(-0.2, -0.05) }] }).opposites).toEqual([]);
  });
});

const bound = fc.double({ min: -0.5, max: 0.5, noNaN: true });
const range = fc.tuple(bound, bound).map(([a, b]) => lift(Math.min(a, b), Math.max(a, b)));

test.prop([range, fc.array(range, { maxLength: 3 }), fc.boolean(), fc.boolean()])(
  "turning every metric round changes no verdict, and only an end is inconclusive",
  (primary, guardrails, isOver, mayShip) => {
    const standing = (better: "up" | "down"): Standing => {
      const turned = ({ estimate, low, high, p }: Effect): Effect =>
        better === "up" ? { estimate, low, high, p } : { estimate: -estimate, low: -high, high: -low, p };
      return {
        ...STANDING,
        isOver,
        mayShip,
        primary: { name: "m", better, lift: turned(primary) },
        guardrails: guardrails.map((one, at) => ({
          name: `g${at}`,
          better,
          lift: turned(one),
          acceptedLoss: 0.01,
        })),
      };
    };
    const { verdict } = judge(standing("up"));
    expect(judge(standing("down")).verdict).toBe(verdict);
    if (verdict === "ship") expect(primary.low > 0 && guardrails.every(({ low }) => low > -0.01)).toBe(true);
    expect(verdict === "inconclusive" && !isOver).toBe(false);
    expect(verdict === "go_on" && isOver).toBe(false);
  },
);

test.prop([fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 6 })])(
  "levels of all arms and guardrails add up to alpha",
  (arms, guardrails) => {
    const { primary, guardrail } = levels(0.05, { arms, guardrails });
    expect(arms * (primary + guardrails * guardrail)).toBeCloseTo(0.05, 12);
  },
);
