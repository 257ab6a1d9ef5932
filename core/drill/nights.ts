/** The nights of a drill: at midnight (UTC), each delivers what had arrived by then. */
import { InvalidInput } from "../errors.ts";
import { plural } from "../words.ts";

const DAY_MS = 86_400_000;

export interface NightsRequest {
  model: string;
  /** Of all rows that arrive day by day; null when none do. */
  oldest: Date | null;
  newest: Date | null;
  /** Nights to be judged. */
  days: number;
  /** Nights that have to come before them. */
  before: number;
}

/**
 * The newest nights that the history has, oldest first: `before` of them, then `days`. The newest day's own rows are left
 * out, since it may not be over.
 * @throws {InvalidInput} the history has fewer; says how many there are
 */
export function chooseNights({ model, oldest, newest, days, before }: NightsRequest): Date[] {
  const end = newest ? Math.floor(newest.getTime() / DAY_MS) : 0;
  const start = oldest ? Math.floor(oldest.getTime() / DAY_MS) + 1 : 0;
  const there = oldest && newest ? Math.max(0, end - start + 1) : 0;
  if (there < before + days)
    throw new InvalidInput(
      `model "${model}": its newest snapshots have rows of ${plural(there, "whole day")}, and a drill of ${plural(days, "day")} needs ${before + days} (${before} nights come before the first that is judged); ${
        there > before
          ? `use --days ${there - before}`
          : "let runs take deliveries for some days, or give a source an eventTime or a knownTime, by which its rows are told apart"
      }`,
    );
  return Array.from(
    { length: before + days },
    (_, at) => new Date((end - (before + days - 1) + at) * DAY_MS),
  );
}
