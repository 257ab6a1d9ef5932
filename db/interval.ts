import { type RawBuilder, sql } from "kysely";

/** So many milliseconds, for a statement; may be below 0. */
export function interval(ms: number): RawBuilder<unknown> {
  return sql`(${ms}::double precision * interval '1 millisecond')`;
}
