import type { ColumnType } from "./definition.ts";

/** A field's value as PostgreSQL reads it, or what is wrong with it, as the end of a sentence about its column. */
export type Cell = { value: string } | { fault: string };

const INTEGER = /^[+-]?\d{1,16}$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const BOOLEANS = new Map([
  ...["true", "t", "yes", "y", "1"].map((word) => [word, "true"] as const),
  ...["false", "f", "no", "n", "0"].map((word) => [word, "false"] as const),
]);

/** Seconds since 1970 of the first and behind the last moment of the years 1 to 9999. */
const FIRST_SECOND = -62_135_596_800;
const BEHIND_LAST_SECOND = 253_402_300_800;
/** NUL, which PostgreSQL's text cannot hold, and what stands where bytes were not UTF-8. */
const LOST_CHARACTER = /[\0\uFFFD]/;

const READERS: Record<ColumnType, (written: string) => Cell> = {
  text: readText,
  integer: readInteger,
  number: readNumber,
  boolean: readBoolean,
  timestamp: readTimestamp,
  epoch_seconds: readEpochSeconds,
};

/** Reads one field that isn't empty. Blanks around it count in text only. */
export function readCell(type: ColumnType, written: string): Cell {
  return READERS[type](type === "text" ? written : written.trim());
}

function readText(written: string): Cell {
  return LOST_CHARACTER.test(written)
    ? { fault: "has a character that is NUL or not UTF-8" }
    : { value: written };
}

function readInteger(written: string): Cell {
  const value = Number(written);
  if (!INTEGER.test(written) || !Number.isSafeInteger(value))
    return { fault: "is not a whole number of at most 2^53" };
  return { value: String(value) };
}

function readNumber(written: string): Cell {
  const value = Number(written);
  return NUMBER.test(written) && Number.isFinite(value)
    ? { value: String(value) }
    : { fault: "is not a finite number" };
}

function readBoolean(written: string): Cell {
  const value = BOOLEANS.get(written.toLowerCase());
  return value ? { value } : { fault: "is not true or false (t, f, yes, no, y, n, 1, 0)" };
}

/** ISO 8601, date alone or with a time; without a zone it is UTC. PostgreSQL rounds it to microseconds. */
function readTimestamp(written: string): Cell {
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "0", zone = "Z"] =
    TIMESTAMP.exec(written) ?? [];
  const fault = { fault: 'is not a time such as "2026-01-31" or "2026-01-31T18:30:00Z"' };
  if (year === undefined || year === "0000") return fault;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) return fault;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return fault;
  const [, sign, zoneHour = "0", zoneMinute = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (Number(zoneHour) > 15 || Number(zoneMinute) > 59) return fault;
  const offset = sign ? `${sign}${zoneHour}:${zoneMinute.padStart(2, "0")}` : "+00";
  return { value: `${year}-${month}-${day} ${hour}:${minute}:${second}.${fraction}${offset}` };
}

/** Kept to the millisecond. */
function readEpochSeconds(written: string): Cell {
  const seconds = Number(written);
  if (!NUMBER.test(written)) return { fault: "is not a number of seconds since 1970" };
  if (!(seconds >= FIRST_SECOND && seconds < BEHIND_LAST_SECOND))
    return { fault: "is outside the years 1 to 9999 as seconds since 1970; is it in milliseconds?" };
  return { value: new Date(Math.floor(seconds * 1_000)).toISOString() };
}
