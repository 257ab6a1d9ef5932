import type { CalendarTime } from "../core/api.ts";
import { frozenTimes } from "../core/calendar.ts";
import type { CalendarFreeze } from "../core/definition-freezes.ts";
import { InvalidInput } from "../core/errors.ts";
import type { Database } from "../db/connection.ts";
import { findUnknownZone } from "../db/safeguards.ts";
import { listCalendars } from "../db/views/calendar.ts";

const DAY_MS = 86_400_000;
/** How far ahead times to come are told; a calendar repeats each week. */
const AHEAD_MS = 8 * DAY_MS;

/** Times in which calendars of definitions let nothing go live: what holds now and the next eight days', by model, then in order. */
export async function listCalendarTimes({ db }: Database, now = new Date()): Promise<CalendarTime[]> {
  return (await listCalendars(db)).flatMap(({ model, freezes, overriddenUntil }) =>
    nextFrozenTimes(freezes, now).map((time) => ({
      ...{ model, ...time },
      overriddenUntil: overriddenUntil?.toISOString() ?? null,
    })),
  );
}

/** The same of one calendar. */
export function nextFrozenTimes(
  freezes: readonly CalendarFreeze[],
  now: Date,
): Pick<CalendarTime, "from" | "until" | "reason">[] {
  return frozenTimes(freezes, now.getTime(), now.getTime() + AHEAD_MS).map(({ startMs, endMs, reasons }) => ({
    from: new Date(startMs).toISOString(),
    until: new Date(endMs).toISOString(),
    reason: reasons.join("; "),
  }));
}

/** PostgreSQL decides whether a calendar holds, so it must know its time zones too. @throws {InvalidInput} */
export async function requireKnownZones({ db }: Database, freezes: readonly CalendarFreeze[]): Promise<void> {
  const zone = await findUnknownZone(db, freezes);
  if (zone !== undefined)
    throw new InvalidInput(
      `freezes: "${zone}" is a time zone that this PostgreSQL does not know; write another name of it, or update PostgreSQL's time zones`,
    );
}
