/** A source's newest snapshot as a drill's history: each row with the time from which on a delivery has it. */
import type { PoolClient } from "pg";
import type { Source } from "../core/definition.ts";
import { plainColumns } from "../core/drill/faults.ts";
import { MOST_CATEGORIES } from "../core/inputs/profile.ts";
import { dataTableText, quoteName, sessionTableName } from "./data-tables.ts";

/** A value of fewer rows is not missed for certain when it vanishes; one of more is nearly all there is. */
const COMMON = { least: 0.05, most: 0.6 };
/** With rows from fewer days a source doesn't grow from day to day. */
const FEWEST_DAYS = 5;
/** Of which it is said how many rows come on a day: what was years ago tells nothing of the judged nights. */
const DAYS_COUNTED = 60;

export interface SourceHistory {
  source: string;
  table: string;
  /** Rows come day by day; otherwise every delivery has them all. */
  isGrowing: boolean;
  oldest: Date | null;
  newest: Date | null;
  /** Middle of the rows that come on a day, of the newest 60 days that have any; 0 when it doesn't grow. */
  rowsADay: number;
  /** Columns that are categories with a common value. */
  categories: string[];
}

/**
 * Copies a snapshot. A row is there from its known time on where the source says one; from its event time on where it says
 * that; else from the run on that first saw it, and what the first of those runs saw was always there. A source that
 * doesn't grow is the same each night.
 */
export async function copyHistory(
  client: PoolClient,
  of: { source: string; defined: Source; tableName: string },
): Promise<SourceHistory> {
  const { source, defined } = of;
  const name = quoteName(`drill_history_${source}`);
  const table = dataTableText(sessionTableName(`drill_history_${source}`));
  const columns = Object.keys(defined.columns).map(quoteName).join(", ");
  await client.query(
    `create temporary table ${name} as
     select ${columns}, ${arrivalOf(defined)} as holt_arrived from ${dataTableText(of.tableName)}`,
  );
  const days = await countDays(client, table);
  if (!days.isGrowing) await client.query(`update ${table} set holt_arrived = '-infinity'`);
  await client.query(`create index on ${table} (holt_arrived)`);
  await client.query(`analyze ${table}`);
  return {
    source,
    table,
    ...days,
    categories: await findCategories(client, table, plainColumns(defined, ["text"])),
  };
}

function arrivalOf({ knownTime, eventTime }: Source): string {
  if (knownTime !== undefined) return "holt_known_time";
  if (eventTime !== undefined) return `coalesce(${quoteName(eventTime)}, holt_known_time)`;
  return "case when holt_known_time = min(holt_known_time) over () then '-infinity' else holt_known_time end";
}

async function countDays(
  client: PoolClient,
  table: string,
): Promise<Pick<SourceHistory, "isGrowing" | "oldest" | "newest" | "rowsADay">> {
  const { rows } = await client.query<{
    days: number;
    middle: number;
    oldest: Date | null;
    newest: Date | null;
  }>(
    `select count(*) as days, min(first) as oldest, max(last) as newest,
       coalesce(percentile_disc(0.5) within group (order by count) filter (where place <= ${DAYS_COUNTED}), 0) as middle
     from (select row_number() over (order by max(holt_arrived) desc) as place, count(*) as count, min(holt_arrived) as first, max(holt_arrived) as last from ${table}
       where isfinite(holt_arrived) group by date_trunc('day', holt_arrived, 'UTC')) as days`,
  );
  const [found] = rows;
  if (!found || found.days < FEWEST_DAYS)
    return { isGrowing: false, oldest: null, newest: null, rowsADay: 0 };
  return { isGrowing: true, oldest: found.oldest, newest: found.newest, rowsADay: found.middle };
}

async function findCategories(client: PoolClient, table: string, columns: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const column of columns) {
    const { rows } = await client.query<{ share: number }>(
      `select count(*)::double precision / sum(count(*)) over () as share from ${table}
       where ${quoteName(column)} is not null group by ${quoteName(column)} limit ${MOST_CATEGORIES + 1}`,
    );
    if (rows.length <= MOST_CATEGORIES && rows.some(({ share }) => isCommon(share))) found.push(column);
  }
  return found;
}

/** Values of a category that are common, in byte order: for the faults of a group, and never told to anybody. */
export async function listCommonValues(client: PoolClient, table: string, column: string): Promise<string[]> {
  const { rows } = await client.query<{ value: string; share: number }>(
    `select ${quoteName(column)} as value, count(*)::double precision / sum(count(*)) over () as share from ${table}
     where ${quoteName(column)} is not null group by 1 order by 1`,
  );
  return rows.filter(({ share }) => isCommon(share)).map(({ value }) => value);
}

function isCommon(share: number): boolean {
  return share >= COMMON.least && share <= COMMON.most;
}
