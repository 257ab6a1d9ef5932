/** How written arguments become values; what cannot be one ends the command with exit code 2. */
import { InvalidArgumentError } from "commander";
import { DURATION_HINT, parseDuration } from "../core/duration.ts";

/** A whole number of at least 1. */
export function parseCount(written: string): number {
  const value = Number(written);
  if (/^\d+$/.test(written) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("It is not a whole number of at least 1.");
}

/** Milliseconds of a duration such as `90 d`. */
export function parseDurationMs(written: string): number {
  const milliseconds = parseDuration(written);
  if (milliseconds !== undefined) return milliseconds;
  throw new InvalidArgumentError(`It is not a duration; ${DURATION_HINT}.`);
}

/** A time such as `2026-11-24` or `2026-11-24T03:00:00Z`; UTC when it names no zone. */
export function parseTime(written: string): Date {
  const isIso = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/.test(written);
  const hasZone = /(Z|[+-]\d{2}:\d{2})$/.test(written) || !written.includes("T");
  const time = new Date(hasZone ? written : `${written}Z`);
  if (isIso && !Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError('It is not a time; write one, as in "2026-11-24T03:00:00Z".');
}

/** Since when: `today` (since midnight by this machine's clock), a duration before now (`6 h`), or a time. */
export function parseSince(written: string): Date {
  if (written === "today") return new Date(new Date().setHours(0, 0, 0, 0));
  const milliseconds = parseDuration(written);
  if (milliseconds !== undefined) return new Date(Date.now() - milliseconds);
  return parseTime(written);
}
