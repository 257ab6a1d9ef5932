/** Working time in a time zone: hours of the day on days of the week, whatever daylight saving does to them. */
import type { Hours } from "./definition-hours.ts";
import { durationMs } from "./duration.ts";
import { DAY_MS, instantOf, MINUTE_MS, minutesOf, offsetMs, weekdayOf } from "./zoned-time.ts";

/** A stretch of working time, in milliseconds since 1970; its end is no part of it. */
interface Stretch {
  startMs: number;
  endMs: number;
}

/** Milliseconds of working time that a written duration means: "1 d" is one working day, "4 h" four hours of it. */
export function workingTimeMs(written: string, hours: Hours): number {
  const ms = durationMs(written);
  return written.trim().endsWith("d") ? Math.round((ms / DAY_MS) * dayLengthMs(hours)) : ms;
}

/**
 * The moment by which `ms` (above 0) of working time have passed since `from`. Real time counts, so a night shift has an hour less when
 * the clocks go forward. Hours that end before they begin reach into the next day; equal ones are the whole day.
 */
export function addWorkingTime(from: Date, ms: number, hours: Hours): Date {
  let left = ms;
  for (const { startMs, endMs } of stretchesSince(from, hours)) {
    if (left <= endMs - startMs) return new Date(startMs + left);
    left -= endMs - startMs;
  }
  throw new RangeError(`${ms} ms: no working time is left; write hours that have some`);
}

/** Working time between two moments, in milliseconds; 0 when `to` isn't after `from`. */
export function workingTimeBetween(from: Date, to: Date, hours: Hours): number {
  let total = 0;
  if (to <= from) return 0;
  for (const { startMs, endMs } of stretchesSince(from, hours)) {
    if (startMs >= to.getTime()) return total;
    total += Math.min(endMs, to.getTime()) - startMs;
  }
  return total;
}

/** When the hours end in which a moment lies; undefined when it lies in none. */
export function endOfHours(at: Date, hours: Hours): Date | undefined {
  for (const { startMs, endMs } of stretchesSince(at, hours))
    return startMs === at.getTime() ? new Date(endMs) : undefined;
  return undefined;
}

/** Whether a moment lies in these hours; their end is no part of them. */
export function isWithin(at: Date, hours: Hours): boolean {
  return endOfHours(at, hours) !== undefined;
}

function dayLengthMs({ from, to }: Hours): number {
  const length = minutesOf(to) - minutesOf(from);
  return length > 0 ? length * MINUTE_MS : length * MINUTE_MS + DAY_MS;
}

/** Working time from a moment on, without end: every stretch has some length, and none overlaps the one before. */
function* stretchesSince(from: Date, hours: Hours): Generator<Stretch> {
  const { timeZone, days } = hours;
  const [start, end] = [minutesOf(hours.from), minutesOf(hours.to)];
  const reaches = end > start ? 0 : 1;
  let doneMs = from.getTime();
  // The day before may reach into this one. Days are counted as UTC has them: only their date is looked at.
  let day = Math.floor((doneMs + offsetMs(timeZone, doneMs)) / DAY_MS) - 1;
  for (; ; day++) {
    if (!days.includes(weekdayOf(day))) continue;
    const startMs = Math.max(doneMs, instantOf(timeZone, day * DAY_MS + start * MINUTE_MS));
    const endMs = instantOf(timeZone, (day + reaches) * DAY_MS + end * MINUTE_MS);
    if (endMs <= startMs) continue;
    yield { startMs, endMs };
    doneMs = endMs;
  }
}
