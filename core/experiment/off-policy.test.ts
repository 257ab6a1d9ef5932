import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LoggedAction, PolicyDifference, PolicySums } from "./off-policy.ts";

// inference.cases.py asks numpy, each action its own person; off-policy.cases.py statsmodels, with persons of several
const single = JSON.parse(await readFile(new URL("inference.cases.json", import.meta.url), "utf8"))[
  "numpy of the textbook's formulas"
];
const clustered = JSON.parse(await readFile(new URL("off-policy.cases.json", import.meta.url), "utf8"));
const log = (single.rows as (Omit<LoggedAction, "propensity"> & { logged: number })[]).map(
  ({ logged, ...row }): LoggedAction => ({ propensity: logged, ...row }),
);

/** Each a person of their own. */
function sumsOf(actions: readonly LoggedAction[]): PolicySums {
  const sums = new PolicySums();
  for (const action of actions) sums.add([action]);
  return sums;
}

it.each([
  ["ips", "inversePropensity"],
  ["snips", "selfNormalised"],
  ["dr", "doublyRobust"],
] as const)("%s: value, error and effective size are numpy's", (name, estimate) => {
  const [value, error] = single["value, standard error"][name];
  const sums = sumsOf(log);
  expect(sums[estimate]()?.value).toBeCloseTo(value, 10);
  expect(sums[estimate]()?.error).toBeCloseTo(error, 10);
  expect(sums.effectiveSize).toBeCloseTo(single["effective sample size"], 8);
  expect(sums.actions).toBe(log.length);
});

describe("of persons with several actions", () => {
  const sums = new PolicySums();
  const difference = new PolicyDifference();
  const rows = clustered[
    "person, logged, target, other, reward, guess, expected, expected of other"
  ] as number[][];
  for (const person of new Set(rows.map(([id]) => id))) {
    const own = rows.filter(([id]) => id === person) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ][];
    const as = (target: 2 | 3, expected: 6 | 7) =>
      own.map((row) => ({
        ...{
          propensity: row[1],
          target: row[target],
          reward: row[4],
          guess: row[5],
          expected: row[expected],
        },
      }));
    sums.add(as(2, 6));
    difference.add(as(2, 6), as(3, 7));
  }

  it.each(["inversePropensity", "selfNormalised", "doublyRobust"] as const)(
    "%s is statsmodels'",
    (estimate) => {
      const [value, error] = clustered["value, standard error"][estimate];
      expect(sums[estimate]()?.value).toBeCloseTo(value, 10);
      expect(sums[estimate]()?.error).toBeCloseTo(error, 10);
    },
  );

  it("and so are the difference of two policies, effective size and overlap", () => {
    const [value, error] = clustered["difference, standard error"];
    expect(difference.estimate()?.value).toBeCloseTo(value, 10);
    expect(difference.estimate()?.error).toBeCloseTo(error, 10);
    expect(sums.effectiveSize).toBeCloseTo(clustered["effective size"], 8);
    expect(sums.overlap).toBeCloseTo(clustered.overlap, 10);
  });
});

describe("what cannot be told", () => {
  const one = { propensity: 0.5, target: 0.5, reward: 1, guess: 0, expected: 0 };

  it("is not told of nobody, of one person, nor of what the policy never shows", () => {
    expect(sumsOf([]).inversePropensity()).toBeUndefined();
    expect(sumsOf([]).overlap).toBeUndefined();
    expect(sumsOf([one]).inversePropensity()).toBeUndefined();
    const never = { ...one, target: 0 };
    expect(sumsOf([never, never]).selfNormalised()).toBeUndefined();
    expect(sumsOf([never, never]).inversePropensity()).toMatchObject({ value: 0 });
    expect(sumsOf([never, never])).toMatchObject({ effectiveSize: 0, overlap: 0 });
  });

  it("is an error where a probability is none", () => {
    const bad = { ...one, propensity: 0 };
    expect(() => sumsOf([bad])).toThrow("logged action: propensity: 0 is not above 0 and up to 1");
    expect(() => sumsOf([{ ...one, target: 1.5 }])).toThrow(
      "logged action: target: 1.5 is not a probability",
    );
  });
});

const probability = fc.double({ min: 0.05, max: 1, noNaN: true });
const action = fc.record({
  ...{ propensity: probability, target: probability },
  ...{ reward: fc.double({ min: 0, max: 10, noNaN: true }), guess: fc.constant(0), expected: fc.constant(0) },
});
const actions = fc.array(action, { minLength: 2, maxLength: 50 });

test.prop([actions])(
  "the logging policy itself earns the mean of the log, and every action counts",
  (some) => {
    const own = sumsOf(some.map((one) => ({ ...one, target: one.propensity })));
    const mean = some.reduce((sum, { reward }) => sum + reward, 0) / some.length;
    for (const estimate of [own.inversePropensity(), own.selfNormalised()])
      expect(estimate?.value).toBeCloseTo(mean, 9);
    expect(own.effectiveSize).toBeCloseTo(some.length, 6);
  },
);

test.prop([actions])("self-normalised stays within the rewards, effective size within the log", (some) => {
  const found = sumsOf(some);
  const rewards = some.map(({ reward }) => reward);
  expect(found.selfNormalised()?.value).toBeGreaterThanOrEqual(Math.min(...rewards) - 1e-9);
  expect(found.selfNormalised()?.value).toBeLessThanOrEqual(Math.max(...rewards) + 1e-9);
  expect(found.effectiveSize).toBeLessThanOrEqual(some.length + 1e-9);
});

test.prop([actions])(
  "guesses of 0 make doubly robust the inverse propensity score, right guesses make it sure",
  (some) => {
    const blind = sumsOf(some);
    expect(blind.doublyRobust()?.value).toBeCloseTo(blind.inversePropensity()?.value as number, 9);
    const knowing = sumsOf(some.map((one) => ({ ...one, guess: one.reward, expected: 3 })));
    expect(knowing.doublyRobust()?.value).toBeCloseTo(3, 9);
    expect(knowing.doublyRobust()?.error).toBeCloseTo(0, 6);
  },
);
