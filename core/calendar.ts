/** When a definition's change calendar lets nothing go live. `calendar_freeze` in PostgreSQL says the same, and decides. */
import type { CalendarFreeze } from "./definition-freezes.ts";
import { DAY_MS, instantOf, MINUTE_MS, minutesOf, offsetMs, weekdayOf } from "./zoned-time.ts";

/**
 * A week and a day: no window is longer, so none that holds began before. A calendar leaves a gap in each week, so a time that
 * holds ends within as many days.
 */
const LONGEST_DAYS = 8;
const WEEK_DAYS = 7;

/** Milliseconds since 1970; its end is no part of it. */
export interface FrozenTime {
  startMs: number;
  endMs: number;
  /** Those of all windows that it is made of, each once, in their order. */
  reasons: string[];
}

/**
 * The times between two moments in which a calendar lets nothing go live, in order. Windows that overlap or meet are one
 * time; one that began before `from` is told from its beginning. Of a time that clocks show twice the second counts, as in PostgreSQL.
 */
export function frozenTimes(freezes: readonly CalendarFreeze[], from: number, until: number): FrozenTime[] {
  const windows = freezes
    .flatMap((freeze) => windowsOf(freeze, from, until))
    .sort((one, other) => one.startMs - other.startMs || one.endMs - other.endMs);
  const times: FrozenTime[] = [];
  for (const { startMs, endMs, reasons } of windows) {
    const last = times.at(-1);
    if (!last || startMs > last.endMs) times.push({ startMs, endMs, reasons: [...reasons] });
    else {
      last.endMs = Math.max(last.endMs, endMs);
      last.reasons = [...new Set([...last.reasons, ...reasons])];
    }
  }
  return times.filter(({ startMs, endMs }) => endMs > from && startMs < until);
}

/** Days from a window's beginning to its end: 0 to 7. */
function daysLong({ from, to, toDay }: CalendarFreeze, day: number): number {
  const reachesOn = minutesOf(to) <= minutesOf(from);
  if (toDay === undefined) return reachesOn ? 1 : 0;
  return (toDay - day + WEEK_DAYS) % WEEK_DAYS || (reachesOn ? WEEK_DAYS : 0);
}

function windowsOf(freeze: CalendarFreeze, from: number, until: number): FrozenTime[] {
  const { timeZone, days, reason } = freeze;
  const first = Math.floor((from + offsetMs(timeZone, from)) / DAY_MS) - LONGEST_DAYS;
  const last = Math.floor((until + offsetMs(timeZone, until)) / DAY_MS) + LONGEST_DAYS;
  const windows: FrozenTime[] = [];
  for (let day = first; day <= last; day++) {
    const weekday = weekdayOf(day);
    if (!days.includes(weekday)) continue;
    const at = (shownDay: number, time: string) =>
      instantOf(timeZone, shownDay * DAY_MS + minutesOf(time) * MINUTE_MS, "second");
    const startMs = at(day, freeze.from);
    const endMs = at(day + daysLong(freeze, weekday), freeze.to);
    if (endMs > startMs) windows.push({ startMs, endMs, reasons: [reason] });
  }
  return windows;
}
