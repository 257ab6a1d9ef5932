/** Working time in a time zone: hours of the day on days of the week, whatever daylight saving does to them. */
import type { WorkingHours } from "./definition-review.ts";
import { durationMs } from "./duration.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAYS_OF_THE_WEEK = 7;

/** A stretch of working time, in milliseconds since 1970; its end is no part of it. */
interface Stretch {
  startMs: number;
  endMs: number;
}

/** Milliseconds of working time that a written duration means: "1 d" is one working day, "4 h" four hours of it. */
export function workingTimeMs(written: string, hours: WorkingHours): number {
  const ms = durationMs(written);
  return written.trim().endsWith("d") ? Math.round((ms / DAY_MS) * dayLengthMs(hours)) : ms;
}

/**
 * The moment by which `ms` (above 0) of working time have passed since `from`. Real time counts, so a night shift has an hour less when
 * the clocks go forward. Hours that end before they begin reach into the next day; equal ones are the whole day.
 */
export function addWorkingTime(from: Date, ms: number, hours: WorkingHours): Date {
  let left = ms;
  for (const { startMs, endMs } of stretchesSince(from, hours)) {
    if (left <= endMs - startMs) return new Date(startMs + left);
    left -= endMs - startMs;
  }
  throw new RangeError(`${ms} ms: no working time is left; write hours that have some`);
}

/** Working time between two moments, in milliseconds; 0 when `to` isn't after `from`. */
export function workingTimeBetween(from: Date, to: Date, hours: WorkingHours): number {
  let total = 0;
  if (to <= from) return 0;
  for (const { startMs, endMs } of stretchesSince(from, hours)) {
    if (startMs >= to.getTime()) return total;
    total += Math.min(endMs, to.getTime()) - startMs;
  }
  return total;
}

/** Whether this is a time zone of the IANA database, as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

function dayLengthMs({ from, to }: WorkingHours): number {
  const length = minutesOf(to) - minutesOf(from);
  return length > 0 ? length * MINUTE_MS : length * MINUTE_MS + DAY_MS;
}

/** Working time from a moment on, without end: every stretch has some length, and none overlaps the one before. */
function* stretchesSince(from: Date, hours: WorkingHours): Generator<Stretch> {
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

/** 1 is Monday; day 0 of 1970 was a Thursday. */
function weekdayOf(day: number): number {
  const thursday = 4;
  return ((((day + thursday - 1) % DAYS_OF_THE_WEEK) + DAYS_OF_THE_WEEK) % DAYS_OF_THE_WEEK) + 1;
}

function minutesOf(time: string): number {
  const [hour, minute] = time.split(":").map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}

/**
 * The moment at which clocks show this; `wallMs` is what they show, read as if they showed UTC. Of two such moments the
 * first; of none (the clocks jump over it) what they would show without the jump, as calendars have it.
 */
function instantOf(timeZone: string, wallMs: number): number {
  const before = offsetMs(timeZone, wallMs - DAY_MS);
  const after = offsetMs(timeZone, wallMs + DAY_MS);
  const fitting = [before, after].filter((offset) => offsetMs(timeZone, wallMs - offset) === offset);
  return wallMs - (fitting.length > 0 ? Math.max(...fitting) : before);
}

/** How far clocks are ahead of UTC at a moment. */
function offsetMs(timeZone: string, atMs: number): number {
  const second = Math.floor(atMs / 1_000) * 1_000;
  const shown: Record<string, number> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(second)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  const known = formatters.get(timeZone);
  if (known) return known;
  const formatter = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(timeZone, formatter);
  return formatter;
}
