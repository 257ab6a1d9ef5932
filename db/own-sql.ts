/** A person's own SQL steps. */
import type { PoolClient } from "pg";
import { failpoint } from "../store/failpoint.ts";
import { filledSql, runDefinedSql } from "./defined-sql.ts";
import { type SeenTable, withSeenTables } from "./seen-tables.ts";
import { inTransaction } from "./session.ts";

export interface OwnSql {
  /** As in `steps.no_gaps.sql`. */
  place: string;
  sql: string;
  reads: readonly SeenTable[];
  asOf: Date;
}

/** Rows of a data test, counted, and the first few of them as JSON. */
export interface FoundRows {
  rows: number;
  first: string[];
}

/** Runs a statement that may change tables of the person's own; gives the rows that it returned or changed. */
export function runOwnSql(client: PoolClient, { place, sql, reads, asOf }: OwnSql): Promise<number> {
  return inTransaction(client, async () => {
    const { rowCount } = await withSeenTables(client, reads, asOf, () =>
      runDefinedSql(client, place, { sql: filledSql(sql, asOf) }),
    );
    await failpoint(`in ${place}`);
    return rowCount ?? 0;
  });
}

/** Runs a query that may change nothing, and counts its rows. */
export function findOwnRows(
  client: PoolClient,
  { place, sql, reads, asOf }: OwnSql,
  limit: number,
): Promise<FoundRows> {
  return inTransaction(client, async () => {
    const found = await withSeenTables(client, reads, asOf, () =>
      runDefinedSql<{ rows: number; first: string[] | null }>(client, place, {
        before: `select count(*) as rows, array_agg(row) filter (where n <= ${Math.trunc(limit)}) as first
          from (select row_number() over () as n, to_jsonb(found)::text as row from (\n`,
        sql: filledSql(sql, asOf),
        after: ") as found) as numbered",
      }),
    );
    await failpoint(`in ${place}`);
    return { rows: found.rows[0]?.rows ?? 0, first: found.rows[0]?.first ?? [] };
  });
}
