import { type RawBuilder, sql } from "kysely";

/** Tries again after 30 s, 1 min, 2 min, … an hour at most. Also how long a sender has, before another may take it. */
const FIRST_PAUSE_S = 30;
const LONGEST_PAUSE_S = 3_600;

/** When a row that is taken now may be taken again, by its column `attempts` as it stood before. */
export function nextAttempt(): RawBuilder<Date> {
  return sql`now() + least(${FIRST_PAUSE_S} * 2 ^ least(attempts, 20), ${LONGEST_PAUSE_S}) * interval '1 second'`;
}
