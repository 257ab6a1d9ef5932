import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { Breaker } from "./breaker.ts";

const SETTINGS = { opensAfter: 3, restMs: 100, longestRestMs: 350 };

function opened(): Breaker {
  const breaker = new Breaker(SETTINGS);
  for (const now of [0, 10, 20]) {
    expect(breaker.mayTry(now)).toBe(true);
    breaker.failed(now);
  }
  return breaker;
}

it("opens after failures in a row, and lets one trial through when it has rested", () => {
  const breaker = opened();
  expect(breaker.isOpen).toBe(true);
  expect(breaker.mayTry(119)).toBe(false);
  expect(breaker.restLeftMs(119)).toBe(1);
  expect(breaker.mayTry(120)).toBe(true);
  expect(breaker.mayTry(121)).toBe(false);
  breaker.succeeded();
  expect(breaker.isOpen).toBe(false);
  expect(breaker.failingForMs(200)).toBe(0);
});

it("rests twice as long after each trial that fails, up to the longest rest", () => {
  const breaker = opened();
  let now = 120;
  for (const restMs of [200, 350, 350]) {
    expect(breaker.mayTry(now)).toBe(true);
    breaker.failed(now);
    expect(breaker.restLeftMs(now)).toBe(restMs);
    now += restMs;
  }
  expect(breaker.failingForMs(now)).toBe(now);
});

it("tries again at once when a trial ended for another reason", () => {
  const breaker = opened();
  expect(breaker.mayTry(120)).toBe(true);
  breaker.cannotTell();
  expect(breaker.mayTry(121)).toBe(true);
});

it("is not opened for longer by those that were under way when it opened", () => {
  const breaker = opened();
  breaker.failed(30);
  breaker.failed(90);
  expect(breaker.mayTry(120)).toBe(true);
});

test.prop([fc.array(fc.record({ wait: fc.nat(200), works: fc.boolean() }), { maxLength: 60 })])(
  "never opens while fewer fail in a row, and always tries again within the longest rest",
  (tries) => {
    const breaker = new Breaker(SETTINGS);
    let [now, inARow] = [0, 0];
    for (const { wait, works } of tries) {
      now += wait;
      if (!breaker.mayTry(now)) {
        expect(inARow).toBeGreaterThanOrEqual(SETTINGS.opensAfter);
        now += SETTINGS.longestRestMs;
        expect(breaker.mayTry(now)).toBe(true);
      }
      inARow = works ? 0 : inARow + 1;
      if (works) breaker.succeeded();
      else breaker.failed(now);
      expect(breaker.isOpen).toBe(inARow >= SETTINGS.opensAfter);
    }
  },
);
