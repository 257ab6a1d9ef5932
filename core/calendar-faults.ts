/** A change calendar that cannot be meant. */
import { frozenTimes } from "./calendar.ts";
import type { Definition } from "./definition.ts";
import type { Fault } from "./faults.ts";
import { whyNoTimeZone } from "./schedule-faults.ts";
import { DAY_MS } from "./zoned-time.ts";

const WEEK_MS = 7 * DAY_MS;
/** A Monday. Clocks change in each year, so that one year of weeks tells whether zones leave a gap. */
const A_YEAR_FROM = Date.parse("2026-01-05T00:00:00Z");
const WEEKS = 52;

export function findCalendarFaults({ freezes = [] }: Definition): Fault[] {
  const zones = freezes.flatMap(({ timeZone }, at) => {
    const problem = whyNoTimeZone(timeZone);
    return problem ? [{ path: ["freezes", at, "timeZone"], problem }] : [];
  });
  if (zones.length > 0) return zones;
  const doubled = freezes.flatMap(({ days }, at) =>
    days.flatMap((day, index) =>
      days.indexOf(day) < index
        ? [{ path: ["freezes", at, "days", index], problem: `${day} is in the list already; write it once` }]
        : [],
    ),
  );
  const times = frozenTimes(freezes, A_YEAR_FROM, A_YEAR_FROM + WEEKS * WEEK_MS);
  const long = times.find(({ startMs, endMs }) => endMs - startMs > WEEK_MS);
  if (!long) return doubled;
  const problem = "leave no time in some week in which a version could go live; leave a gap in each week";
  return [...doubled, { path: ["freezes"], problem }];
}
