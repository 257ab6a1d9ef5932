import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { WEEKS } from "./profile.ts";
import { judgeVolume } from "./volume.ts";

const DAYS = WEEKS * 7 + 1;

/** Numbers from 0 to 1, the same for the same seed (Mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A source's days: some weekdays have a third of others, each day differs by this standard deviation of its logarithm. */
function daysOf(random: () => number, usual: number, deviation: number): number[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: DAYS }, (_, day) => {
    const expected = usual * (day % 7 > 4 ? 1 : 3) * Math.exp(deviation * normal());
    return Math.max(0, Math.round(expected + Math.sqrt(expected) * normal()));
  });
}

const isBreach = (days: readonly number[]) => {
  const judged = judgeVolume(days);
  return judged !== undefined && (judged.rows < judged.from || judged.rows > judged.to);
};

it.each([
  { usual: 50, deviation: 0.05 },
  { usual: 50, deviation: 0.3 },
  { usual: 2_000, deviation: 0.05 },
  { usual: 2_000, deviation: 0.3 },
  { usual: 2_000, deviation: 0.6 },
])("finds at most 5 in 1,000 usual days unusual ($usual rows, deviation $deviation)", (source) => {
  const random = randomFrom(20_261_130);
  let alarms = 0;
  for (let trial = 0; trial < 4_000; trial++)
    if (isBreach(daysOf(random, source.usual, source.deviation))) alarms++;
  expect(alarms).toBeLessThanOrEqual(20);
});

it.each([0, 0.5, 2])("finds a day with %d times the usual rows, where days are even", (times) => {
  const random = randomFrom(7);
  for (let trial = 0; trial < 200; trial++) {
    const days = daysOf(random, 2_000, 0.05);
    const last = days.length - 1;
    expect(isBreach(days.with(last, Math.round((days[last] ?? 0) * times)))).toBe(true);
  }
});

it("compares with the same weekday: a quiet Sunday is none, the same on a Monday is", () => {
  const week = [900, 910, 890, 905, 900, 300, 310];
  const weeks = Array.from({ length: WEEKS }, () => week).flat();
  expect(judgeVolume([...weeks, 310])).toMatchObject({ rows: 310, usual: expect.closeTo(900, 5) });
  expect(isBreach([...weeks, 310])).toBe(true);
  const fromSunday = [...weeks.slice(6), ...weeks.slice(0, 6)];
  expect(isBreach([...fromSunday, 300])).toBe(false);
});

it("cannot tell of a source that is younger than the weeks it would learn from, or has few rows a day", () => {
  const young = [...Array.from({ length: 7 }, () => 0), ...Array.from({ length: DAYS - 7 }, () => 500)];
  expect(judgeVolume(young)).toBeUndefined();
  expect(judgeVolume(Array.from({ length: DAYS }, () => 10))).toBeUndefined();
  expect(judgeVolume([])).toBeUndefined();
});

test.prop([fc.array(fc.nat(1_000_000), { minLength: DAYS, maxLength: DAYS })])(
  "gives a band around the usual, in which the usual itself is",
  (days) => {
    const judged = judgeVolume(days);
    if (!judged) return;
    expect(judged.from).toBeLessThan(judged.usual);
    expect(judged.to).toBeGreaterThan(judged.usual);
    expect(judged.from).toBeGreaterThanOrEqual(0);
  },
);
