import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type GroupOutcomes, judgeOutcomes, type StageOutcomes } from "./rollout-outcomes.ts";

const Z = 3.8906;
const NOBODY: GroupOutcomes = { people: 0, clicked: 0, played: 0, spend: 0, spendSquares: 0 };

function group(of: Partial<GroupOutcomes> = {}): GroupOutcomes {
  return { ...NOBODY, people: 10_000, ...of };
}

function judged(
  checks: Parameters<typeof judgeOutcomes>[0],
  outcomes: Partial<StageOutcomes>,
): [verdict: string, text: string][] {
  const all = { live: group(), candidate: group(), currencies: ["EUR"], ...outcomes };
  return judgeOutcomes(checks, all, Z).map(({ verdict, text }) => [verdict, text]);
}

it("finds surely fewer people who click or play, as many as asked, and what may be chance", () => {
  const live = group({ people: 50_000, clicked: 6_000, played: 10_000 });
  const all = { maxClickDecrease: 0.01, maxPlayDecrease: 0.02 };
  expect(judged(all, { live, candidate: group({ clicked: 900, played: 1_990 }) })).toEqual([
    [
      "fail",
      "people who clicked: 9 % of 10000, with the live version 12 % of 50000; at most 1 % less may be",
    ],
    [
      "pass",
      "people who played something: 19.9 % of 10000, with the live version 20 % of 50000; at most 2 % less may be",
    ],
  ]);
  expect(judged({ maxClickDecrease: 0.01 }, { live, candidate: group({ clicked: 1_050 }) })[0]?.[0]).toBe(
    "inconclusive",
  );
});

it("finds that people surely spend less than the part that may be lost", () => {
  // of each 100, ten spend 20: mean 2, squares 400 each
  const live = group({ people: 50_000, spend: 100_000, spendSquares: 2_000_000 });
  const less = group({ spend: 14_000, spendSquares: 280_000 });
  expect(judged({ maxSpendDecrease: 0.1 }, { live, candidate: less })).toEqual([
    [
      "fail",
      "spend per person: 1.4 EUR of 10000, with the live version 2 of 50000; at most 10 % of that less may be",
    ],
  ]);
  expect(judged({ maxSpendDecrease: 0.3 }, { live, candidate: less })[0]?.[0]).toBe("pass");
  expect(judged({ maxSpendDecrease: 0.25 }, { live, candidate: less })[0]?.[0]).toBe("inconclusive");
  const few = group({ people: 999, spend: 0 });
  expect(judged({ maxSpendDecrease: 0.1 }, { live, candidate: few })[0]?.[0]).toBe("inconclusive");
});

it("cannot tell where nobody was answered, nothing was told of, or money is in two currencies", () => {
  const checks = { maxClickDecrease: 0.01, maxSpendDecrease: 0.1 };
  expect(judged(checks, { candidate: NOBODY })).toEqual([
    ["inconclusive", "people who clicked: one of the versions has answered nobody yet"],
    ["inconclusive", "spend per person: one of the versions has answered nobody yet"],
  ]);
  expect(judged(checks, { currencies: [] })).toEqual([
    ["inconclusive", "people who clicked: nobody has told of a click yet"],
    ["inconclusive", "spend per person: nobody has told of any yet"],
  ]);
  expect(judged({ maxSpendDecrease: 0.1 }, { currencies: ["EUR", "USD"] })).toEqual([
    [
      "inconclusive",
      "spend per person: it is in EUR and USD, which cannot be added up; an experiment knows rates",
    ],
  ]);
  expect(judged({}, {})).toEqual([]);
});

const spenders = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1_000, maxLength: 1_200 });
const groupOf = (amounts: readonly number[]): GroupOutcomes => ({
  ...NOBODY,
  people: amounts.length,
  spend: amounts.reduce((sum, one) => sum + one, 0),
  spendSquares: amounts.reduce((sum, one) => sum + one ** 2, 0),
});

property.prop([spenders, spenders, fc.constantFrom(0.01, 100)])(
  "judges spend alike in cents and in euros",
  (some, others, unit) => {
    const verdict = (times: number) =>
      judged(
        { maxSpendDecrease: 0.05 },
        {
          live: groupOf(some.map((one) => one * times)),
          candidate: groupOf(others.map((one) => one * times)),
        },
      )[0]?.[0];
    expect(verdict(unit)).toBe(verdict(1));
  },
);

property.prop([spenders, fc.double({ min: 0, max: 1, noNaN: true })])(
  "takes no version back whose people spend the same",
  (some, most) => {
    const [verdict] =
      judged({ maxSpendDecrease: most }, { live: groupOf(some), candidate: groupOf(some) })[0] ?? [];
    expect(verdict).toBe("pass");
  },
);
