import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { doublyRobust, type GuessedAction, inversePropensity, selfNormalised } from "./off-policy.ts";

// inference.cases.py asks numpy
const references = JSON.parse(await readFile(new URL("inference.cases.json", import.meta.url), "utf8"))[
  "numpy of the textbook's formulas"
];
const log = (
  references.rows as { logged: number; target: number; reward: number; guess: number; expected: number }[]
).map(({ logged, ...row }): GuessedAction => ({ propensity: logged, ...row }));

it.each([
  ["ips", inversePropensity],
  ["snips", selfNormalised],
  ["dr", doublyRobust],
] as const)("%s: value, error and effective size are numpy's", (name, of) => {
  const [value, error] = references["value, standard error"][name];
  const found = of(log);
  expect(found?.value).toBeCloseTo(value, 10);
  expect(found?.error).toBeCloseTo(error, 10);
  expect(found?.effectiveSize).toBeCloseTo(references["effective sample size"], 8);
  expect(found?.n).toBe(log.length);
});

describe("what cannot be told", () => {
  it("is not told of one action, nor of what the candidate never shows", () => {
    const one = { propensity: 0.5, target: 0.5, reward: 1 };
    expect(inversePropensity([one])).toBeUndefined();
    expect(selfNormalised([])).toBeUndefined();
    const never = { ...one, target: 0 };
    expect(selfNormalised([never, never])).toBeUndefined();
    expect(inversePropensity([never, never])).toMatchObject({ value: 0, effectiveSize: 0 });
  });

  it("is an error where a probability is none", () => {
    const bad = { propensity: 0, target: 0.5, reward: 1 };
    expect(() => inversePropensity([bad])).toThrow(
      "logged action 0: propensity: 0 is not above 0 and up to 1",
    );
    expect(() => selfNormalised([{ ...bad, propensity: 1, target: 1.5 }])).toThrow(
      "logged action 0: target: 1.5 is not a probability",
    );
  });
});

const probability = fc.double({ min: 0.05, max: 1, noNaN: true });
const action = fc.record({
  propensity: probability,
  target: probability,
  reward: fc.double({ min: 0, max: 10, noNaN: true }),
});
const actions = fc.array(action, { minLength: 2, maxLength: 50 });

test.prop([actions])(
  "the logging policy itself earns the mean of the log, and every action counts",
  (some) => {
    const own = some.map((one) => ({ ...one, target: one.propensity }));
    const mean = own.reduce((sum, { reward }) => sum + reward, 0) / own.length;
    for (const of of [inversePropensity, selfNormalised]) {
      expect(of(own)?.value).toBeCloseTo(mean, 9);
      expect(of(own)?.effectiveSize).toBeCloseTo(own.length, 6);
    }
  },
);

test.prop([actions])("self-normalised stays within the rewards, effective size within the log", (some) => {
  const found = selfNormalised(some);
  const rewards = some.map(({ reward }) => reward);
  expect(found?.value).toBeGreaterThanOrEqual(Math.min(...rewards) - 1e-9);
  expect(found?.value).toBeLessThanOrEqual(Math.max(...rewards) + 1e-9);
  expect(found?.effectiveSize).toBeLessThanOrEqual(some.length + 1e-9);
});

test.prop([actions])(
  "guesses of 0 make doubly robust the inverse propensity score, right guesses make it sure",
  (some) => {
    const blind = some.map((one) => ({ ...one, guess: 0, expected: 0 }));
    expect(doublyRobust(blind)?.value).toBeCloseTo(inversePropensity(some)?.value as number, 9);
    const knowing = some.map((one) => ({ ...one, guess: one.reward, expected: 3 }));
    expect(doublyRobust(knowing)).toMatchObject({ value: 3, error: 0 });
  },
);
