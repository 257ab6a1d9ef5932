import { readFile } from "node:fs/promises";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { Hours } from "./definition-hours.ts";
import { addWorkingTime, endOfHours, isWithin, workingTimeBetween, workingTimeMs } from "./working-hours.ts";
import { isTimeZone } from "./zoned-time.ts";

const OFFICE: Hours = { timeZone: "Europe/Berlin", days: [1, 2, 3, 4, 5], from: "09:00", to: "17:00" };
const HOUR_MS = 3_600_000;

type Case = [
  timeZone: string,
  from: string,
  to: string,
  days: string,
  at: string,
  minutes: number,
  until: string,
];
// working-hours.cases.py counts minutes with Python's zoneinfo
const cases = JSON.parse(
  await readFile(new URL("working-hours.cases.json", import.meta.url), "utf8"),
) as Case[];

it.each(cases)("in %s, %s to %s on days %s: from %s, %i min of work end at %s", (...row) => {
  const [timeZone, from, to, days, at, minutes, until] = row;
  const hours = { timeZone, from, to, days: [...days].map(Number) };
  expect(addWorkingTime(new Date(at), minutes * 60_000, hours)).toEqual(new Date(until));
});

describe("a moment that clocks show twice or never", () => {
  // datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC): 00:30; of 29 March: 01:30 (CPython 3.11.7)
  it.each([
    ["2026-10-24T12:00:00Z", "2026-10-25T00:31:00.000Z"],
    ["2026-03-28T12:00:00Z", "2026-03-29T01:31:00.000Z"],
  ])("begins a day at 02:30 after %s", (at, until) => {
    const hours = { ...OFFICE, days: [7], from: "02:30", to: "12:00" };
    expect(addWorkingTime(new Date(at), 60_000, hours).toISOString()).toBe(until);
  });
});

it("reads days of a duration as working days, and hours as they are", () => {
  expect(workingTimeMs("1 d", OFFICE)).toBe(8 * HOUR_MS);
  expect(workingTimeMs("24 h", OFFICE)).toBe(24 * HOUR_MS);
  expect(workingTimeMs("0.5 d", { ...OFFICE, from: "22:00", to: "06:00" })).toBe(4 * HOUR_MS);
  expect(workingTimeMs("1d", { ...OFFICE, from: "00:00", to: "00:00" })).toBe(24 * HOUR_MS);
});

it("knows time zones from other words", () => {
  expect(["UTC", "Europe/Berlin", "America/Argentina/Ushuaia"].filter(isTimeZone)).toHaveLength(3);
  expect(["", "Berlin", "Europe/Berlin ", "Mars/Olympus"].filter(isTimeZone)).toEqual([]);
});

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
const workingHours = fc.record({
  timeZone: fc.constantFrom(
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
  ),
  days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
  from: time,
  to: time,
});
const moment = fc.date({
  min: new Date("2024-01-01T00:00:00Z"),
  max: new Date("2030-01-01T00:00:00Z"),
  noInvalidDate: true,
});
const length = fc.integer({ min: 1, max: 100 * HOUR_MS });

test.prop([moment, length, workingHours])(
  "adds exactly as much working time as it was told",
  (from, ms, hours) => {
    expect(workingTimeBetween(from, addWorkingTime(from, ms, hours), hours)).toBe(ms);
  },
);

test.prop([moment, length, length, workingHours])(
  "adds in two parts as in one",
  (from, first, second, hours) => {
    const inParts = addWorkingTime(addWorkingTime(from, first, hours), second, hours);
    expect(inParts).toEqual(addWorkingTime(from, first + second, hours));
  },
);

test.prop([moment, length, workingHours])(
  "never ends before its time, and later for who begins later",
  (from, ms, hours) => {
    const end = addWorkingTime(from, ms, hours);
    expect(end.getTime()).toBeGreaterThanOrEqual(from.getTime() + ms);
    expect(addWorkingTime(new Date(from.getTime() + 60_000), ms, hours).getTime()).toBeGreaterThanOrEqual(
      end.getTime(),
    );
  },
);

test.prop([moment, workingHours])(
  "holds a moment exactly when working time passes then, and until it ends",
  (at, hours) => {
    const next = new Date(at.getTime() + 1);
    const end = endOfHours(at, hours);
    expect(isWithin(at, hours)).toBe(workingTimeBetween(at, next, hours) === 1);
    expect(end !== undefined).toBe(isWithin(at, hours));
    if (end) expect(workingTimeBetween(at, end, hours)).toBe(end.getTime() - at.getTime());
  },
);
