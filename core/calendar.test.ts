import { readFile } from "node:fs/promises";
import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { calendarFreeze, momentNearClockChange } from "../tests/support/calendars.ts";
import { frozenTimes } from "./calendar.ts";
import { freezesSchema } from "./definition-freezes.ts";

const DAY_MS = 86_400_000;
const frozenUntil = (freezes: Parameters<typeof frozenTimes>[0], at: number) =>
  frozenTimes(freezes, at, at + 1)[0]?.endMs;

type Case = [
  zone: string,
  days: number[],
  from: string,
  to: string,
  toDay: number | null,
  at: string,
  until: string | null,
];
// calendar.cases.py reads them by Python's zoneinfo
const cases = JSON.parse(await readFile(new URL("calendar.cases.json", import.meta.url), "utf8")) as Case[];

it.each(cases)("in %s, days %j from %s to %s (day %s): at %s frozen until %s", (...row) => {
  const [timeZone, days, from, to, toDay, at, until] = row;
  const freezes = freezesSchema.parse([
    { timeZone, days, from, to, ...(toDay !== null && { toDay }), reason: "x" },
  ]);
  expect(frozenUntil(freezes, Date.parse(at))).toBe(until === null ? undefined : Date.parse(until));
});

it("is one time from Friday evening to Monday morning, an hour longer where clocks go back in it", () => {
  const weekend = freezesSchema.parse([
    { days: [5], from: "18:00", toDay: 1, to: "06:00", timeZone: "Europe/Berlin", reason: "weekend" },
  ]);
  const times = frozenTimes(weekend, Date.parse("2026-10-17T12:00:00Z"), Date.parse("2026-10-27T00:00:00Z"));
  expect(times.map(({ startMs, endMs }) => [startMs, endMs].map((ms) => new Date(ms).toISOString()))).toEqual(
    [
      ["2026-10-16T16:00:00.000Z", "2026-10-19T04:00:00.000Z"],
      ["2026-10-23T16:00:00.000Z", "2026-10-26T05:00:00.000Z"],
    ],
  );
});

it("makes one time of windows that overlap or meet, with the reasons of all", () => {
  const freezes = freezesSchema.parse([
    { days: [6], from: "00:00", to: "00:00", reason: "Saturday" },
    { days: [7], from: "00:00", to: "12:00", reason: "Sunday" },
    { days: [7], from: "11:00", to: "13:00", reason: "Sunday" },
  ]);
  expect(
    frozenTimes(freezes, Date.parse("2026-07-04T10:00:00Z"), Date.parse("2026-07-04T10:00:01Z")),
  ).toEqual([
    {
      startMs: Date.parse("2026-07-04T00:00:00Z"),
      endMs: Date.parse("2026-07-05T13:00:00Z"),
      reasons: ["Saturday", "Sunday"],
    },
  ]);
});

test.prop([fc.array(calendarFreeze, { minLength: 1, maxLength: 4 }), momentNearClockChange])(
  "tells times in order, apart, and the same whatever is asked beside them",
  (freezes, at) => {
    const times = frozenTimes(freezes, at, at + 14 * DAY_MS);
    for (const [index, { startMs, endMs }] of times.entries()) {
      expect(endMs).toBeGreaterThan(startMs);
      expect(startMs).toBeGreaterThan(times[index - 1]?.endMs ?? Number.NEGATIVE_INFINITY);
      // Until then it holds, and no longer: the next time asked from its end begins later.
      expect(frozenTimes(freezes, endMs - 1, endMs)).toHaveLength(1);
    }
    const frozen = times.some(({ startMs, endMs }) => startMs <= at + DAY_MS && endMs > at + DAY_MS);
    expect(frozenTimes(freezes, at + DAY_MS, at + DAY_MS + 1).length === 1).toBe(frozen);
  },
);
