/** What clocks show in a time zone, and when, whatever daylight saving does to them. */

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
const DAYS_OF_THE_WEEK = 7;

/** Whether this is a time zone of the IANA database, as `Europe/Berlin`. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** 1 is Monday; day 0 of 1970 was a Thursday. */
export function weekdayOf(day: number): number {
  const thursday = 4;
  return ((((day + thursday - 1) % DAYS_OF_THE_WEEK) + DAYS_OF_THE_WEEK) % DAYS_OF_THE_WEEK) + 1;
}

/** Minutes since midnight of a written time, as `09:00`. */
export function minutesOf(time: string): number {
  const [hour, minute] = time.split(":").map(Number);
  return (hour ?? 0) * 60 + (minute ?? 0);
}

/**
 * The moment at which clocks show this; `wallMs` is what they show, read as if they showed UTC. Of two such moments the
 * first, or the second when told; of none (the clocks jump over it) what they would show without the jump, as calendars have it.
 */
export function instantOf(timeZone: string, wallMs: number, ofTwo: "first" | "second" = "first"): number {
  const before = offsetMs(timeZone, wallMs - DAY_MS);
  const after = offsetMs(timeZone, wallMs + DAY_MS);
  const fitting = [before, after].filter((offset) => offsetMs(timeZone, wallMs - offset) === offset);
  const choose = ofTwo === "first" ? Math.max : Math.min;
  return wallMs - (fitting.length > 0 ? choose(...fitting) : before);
}

/** How far clocks are ahead of UTC at a moment. */
export function offsetMs(timeZone: string, atMs: number): number {
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
