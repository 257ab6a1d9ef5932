/** One night's delivery of a source out of a drill's history, with a fault in it or without, settled and swapped as an ingest does. */
import type { PoolClient } from "pg";
import pg from "pg";
import type { Source } from "../core/definition.ts";
import type { PlannedTrial } from "../core/drill/plan.ts";
import { dataTableText, quoteName, sessionTableName } from "./data-tables.ts";
import { listCommonValues, type SourceHistory } from "./drill-history.ts";
import {
  hasTooManyBadRows,
  type SnapshotOrigin,
  type SnapshotRow,
  settleStaging,
  swapSnapshot,
} from "./snapshots.ts";
import { stagingColumns } from "./staging.ts";

const STAGING = "drill_staging";
const STAGING_TABLE = dataTableText(sessionTableName(STAGING));

export interface Delivery {
  history: SourceHistory;
  defined: Source;
  /** The night: what arrived until then is delivered. */
  at: Date;
  /** Of what arrived since then, or of all where nothing arrives. */
  fault?: { trial: PlannedTrial; since: Date } | undefined;
  origin: Omit<SnapshotOrigin, "ofSession">;
}

/** Rows that a delivery without a fault has. */
export async function countArrived(client: PoolClient, { table }: SourceHistory, at: Date): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*) as count from ${table} where holt_arrived <= $1`,
    [at],
  );
  return rows[0]?.count ?? 0;
}

/** Takes a delivery; undefined when so many of its rows are bad that a run would stop there. */
export async function takeDelivery(client: PoolClient, delivery: Delivery): Promise<SnapshotRow | undefined> {
  const { defined, origin } = delivery;
  const names = Object.keys(defined.columns).map(quoteName);
  await client.query(`create temporary table ${STAGING} ${stagingColumns(defined)}`);
  await client.query(
    `insert into ${STAGING_TABLE} (holt_line, holt_fault, holt_raw, ${names.join(", ")})
     select row_number() over (), * from (${await rowsOf(client, delivery)}) as delivered`,
  );
  const counts = await settleStaging(client, sessionTableName(STAGING), defined);
  if (hasTooManyBadRows(defined, counts)) {
    await client.query(`drop table ${STAGING_TABLE}`);
    return undefined;
  }
  return swapSnapshot(client, sessionTableName(STAGING), defined, { ...origin, ofSession: true });
}

/** Selects a fault's text (null for a good row), the same as the row that is shown, and the source's columns. */
async function rowsOf(client: PoolClient, { history, defined, at, fault }: Delivery): Promise<string> {
  const select = (where: string, changed: Record<string, string> = {}, bad = "null::text") =>
    `select ${bad} as holt_fault, ${bad} as holt_raw, ${Object.keys(defined.columns)
      .map((column) => `${changed[column] ?? quoteName(column)} as ${quoteName(column)}`)
      .join(", ")} from ${history.table} where ${where}`;
  const until = `holt_arrived <= ${timeLiteral(at)}`;
  if (!fault) return select(until);
  const since = timeLiteral(fault.since);
  const before = history.isGrowing ? `holt_arrived <= ${since}` : "false";
  const hit = history.isGrowing ? `${until} and holt_arrived > ${since}` : until;
  const { trial } = fault;
  const column = trial.column ?? "";
  const name = quoteName(column);
  const withFault = async (): Promise<string[]> => {
    switch (trial.fault) {
      case "source_stops":
        throw new Error("a source that stopped delivers nothing");
      case "half_missing":
        return [select(`${hit} and ${isPicked(defined, trial.salt)}`)];
      case "doubled":
        return [select(hit), select(hit)];
      case "group_stops": {
        const values = await listCommonValues(client, history.table, column);
        const value = values[trial.salt % values.length] ?? "";
        return [select(`${hit} and ${name} is distinct from ${pg.escapeLiteral(value)}`)];
      }
      case "another_unit":
        return [select(hit, { [column]: `${name} * 100` })];
      case "shifted":
        return [select(hit, { [column]: `${name} + ${await usualRange(client, history.table, name)}` })];
      case "recoded":
        return [select(hit, { [column]: `'c' || left(md5(${name}), 6)` })];
      case "emptied":
        return defined.columns[column]?.optional
          ? [select(hit, { [column]: "null" })]
          : [select(hit, nothing(defined), pg.escapeLiteral(`column "${column}" is empty`))];
      case "time_zone":
        return [select(hit, { [column]: `${name} - interval '9 hours'` })];
      case "new_ids":
        return [select(hit, { [column]: `'x' || ${name}` })];
    }
  };
  return [select(before), ...(await withFault())].join("\nunion all\n");
}

/** What a row that is set aside has in its columns. */
function nothing({ columns }: Source): Record<string, string> {
  return Object.fromEntries(Object.keys(columns).map((column) => [column, "null"]));
}

/** Half of the rows, by a hash of their keys: the same ones in each delivery. */
function isPicked({ key }: Source, salt: number): string {
  const text = key.map((column) => `${quoteName(column)}::text`).join(", ");
  return `(hashtextextended(concat_ws(chr(31), ${text}), ${salt}) & 1) = 0`;
}

/** From the 5th to the 95th percent, and at least 1. */
async function usualRange(client: PoolClient, table: string, name: string): Promise<number> {
  const { rows } = await client.query<{ range: number | null }>(
    `select (percentile_disc(0.95) within group (order by ${name}) - percentile_disc(0.05) within group (order by ${name}))::double precision
       as range from ${table}`,
  );
  return Math.max(1, Math.ceil(rows[0]?.range ?? 1));
}

function timeLiteral(time: Date): string {
  return `timestamptz ${pg.escapeLiteral(time.toISOString())}`;
}
