/** What a history is too short or too thin for: said before anybody reads more into a drill than is there. */
import type { Definition } from "../definition.ts";
import { FEWEST_NEW_ROWS, WEEKS } from "../inputs/profile.ts";
import { FEWEST_USUAL } from "../inputs/volume.ts";
import { formatCount, plural } from "../words.ts";

const DAY_MS = 86_400_000;

/** What is known of a source's history. */
export interface HistoryFacts {
  source: string;
  isGrowing: boolean;
  /** Middle of the rows that come on a day. */
  rowsADay: number;
  oldest: Date | null;
}

/** Sentences, one for each thing that a check cannot tell on these days. */
export function limitsOf(
  { sources }: Definition,
  histories: readonly HistoryFacts[],
  { firstNight, isLive }: { firstNight: Date; isLive: boolean },
): string[] {
  const limits: string[] = [];
  for (const { source, isGrowing, rowsADay, oldest } of histories) {
    const defined = sources[source];
    if (defined?.freshness === undefined)
      limits.push(`Source "${source}" has no freshness promise, so that it stops is seen by others at best.`);
    if (!isGrowing) {
      limits.push(
        `Source "${source}" is the same each night here (its rows have no times, or all came at once), so its columns are judged only when old rows change.`,
      );
      continue;
    }
    if (rowsADay < FEWEST_NEW_ROWS)
      limits.push(
        `Source "${source}" has ${plural(rowsADay, "new row")} a night; columns are judged from ${formatCount(FEWEST_NEW_ROWS)} on.`,
      );
    if (defined?.eventTime === undefined) continue;
    if (rowsADay < FEWEST_USUAL)
      limits.push(
        `Source "${source}": volume is judged from ${FEWEST_USUAL} rows a day on, and it has ${formatCount(rowsADay)}.`,
      );
    const days = oldest ? Math.floor((firstNight.getTime() - oldest.getTime()) / DAY_MS) : 0;
    if (days < WEEKS * 7 + 1)
      limits.push(
        `Source "${source}": volume needs ${WEEKS * 7 + 1} days of events before a night; before the first one there are ${days}.`,
      );
  }
  if (!isLive) limits.push("Nothing is live, so gaps, reach and scores cannot be told.");
  return limits;
}
