/** Change calendars and moments for property tests: windows of every length, around the days on which clocks change. */
import { fc } from "@fast-check/vitest";
import type { CalendarFreeze } from "../../core/definition-freezes.ts";

const MINUTE_MS = 60_000;
const day = fc.integer({ min: 1, max: 7 });
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
  .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));

export const calendarFreeze: fc.Arbitrary<CalendarFreeze> = fc.record(
  {
    days: fc.uniqueArray(day, { minLength: 1, maxLength: 4 }),
    from: time,
    to: time,
    toDay: day,
    timeZone: fc.constantFrom(
      "UTC",
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Asia/Kolkata",
    ),
    reason: fc.constantFrom("nights", "the weekend"),
  },
  { requiredKeys: ["days", "from", "to", "timeZone", "reason"] },
);

/** Milliseconds since 1970, at whole minutes, on days around one on which some zone's clocks change. */
export const momentNearClockChange: fc.Arbitrary<number> = fc
  .tuple(
    fc.constantFrom(
      "2026-03-08",
      "2026-03-29",
      "2026-04-05",
      "2026-07-01",
      "2026-10-04",
      "2026-10-25",
      "2026-11-01",
    ),
    fc.integer({ min: -2 * 1_440, max: 2 * 1_440 }),
  )
  .map(([date, minutes]) => Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE_MS);
