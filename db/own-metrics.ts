/** Runs the queries of a plan's own metrics with the login for what authors write, which may change nothing of Holt's. */
import type { PoolClient } from "pg";
import pg from "pg";
import { InvalidInput } from "../core/errors.ts";
import { OWN_COLUMNS } from "../core/experiment/own-measures.ts";
import type { Experiment } from "../core/experiments-api.ts";
import { quoteAll } from "../core/faults.ts";
import { fillTemplate } from "../core/sql-template.ts";
import { digestOf } from "../store/digest.ts";
import type { Database } from "./connection.ts";
import { dataTableText } from "./data-tables.ts";
import { runDefinedSql } from "./defined-sql.ts";
import { backMs } from "./experiment-arrivals.ts";
import type { OwnColumn } from "./metric-sql.ts";
import { seenName } from "./seen-tables.ts";
import { inTransaction, withSession } from "./session.ts";

/** Of one query: looks come each some minutes. */
const LONGEST = "5min";
const CANCELED = "57014";

/** Where the values of a query's units are. */
export interface OwnTable extends OwnColumn {
  tableName: string;
}

/** Why a metric cannot be told at this look. */
export interface FailedMetric {
  metric: string;
  /** Names the statement and the remedy. */
  message: string;
}

export interface OwnValues {
  tables: OwnTable[];
  failed: FailedMetric[];
}

/** Values of the units of these days, in tables of the schema `data` that the caller drops. What a query does wrong fails its metrics alone. */
export async function makeOwnValues(
  ingest: Database,
  experiment: Experiment,
  {
    own,
    days,
    asOf,
    signal,
  }: { own: readonly OwnColumn[]; days: readonly string[]; asOf: Date; signal: AbortSignal },
): Promise<OwnValues> {
  const found: OwnValues = { tables: [], failed: [] };
  for (const column of own) {
    const tableName = `metric_${digestOf({ experiment: experiment.id, sql: column.sql, window: column.window }).slice(0, 20)}`;
    const table = { ...column, tableName };
    try {
      await withSession(ingest, signal, (client) => makeTable(client, experiment, { table, days, asOf }));
      found.tables.push(table);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      for (const metric of column.metrics) found.failed.push({ metric, message: error.message });
    }
  }
  return found;
}

export async function dropOwnValues({ pool }: Pick<Database, "pool">, { tables }: OwnValues): Promise<void> {
  for (const { tableName } of tables) await pool.query(`drop table if exists ${dataTableText(tableName)}`);
}

async function makeTable(
  client: PoolClient,
  experiment: Experiment,
  { table, days, asOf }: { table: OwnTable; days: readonly string[]; asOf: Date },
): Promise<void> {
  const place = placeOf(experiment, table);
  const remedy = `holt experiment end ${experiment.id}, mend the SQL, and start another`;
  const name = dataTableText(table.tableName);
  try {
    await inTransaction(client, async () => {
      await client.query(`set local statement_timeout = '${LONGEST}'`);
      for (const [view, call] of Object.entries(callsOf(experiment, { table, days, asOf })))
        await client.query(`create temporary view ${view} as select * from ${call}`);
      await client.query("set local search_path to pg_catalog");
      const run = (before: string, after: string) =>
        runDefinedSql(client, place, { before, sql: fillTemplate(table.sql, seenName), after, remedy });
      const { fields } = await run("select * from (\n", ") as asked limit 0");
      assertColumns(
        place,
        fields.map((field) => field.name),
        remedy,
      );
      await client.query(`drop table if exists ${name}`);
      await run(
        `create unlogged table ${name} as select unit_id::text as unit_id, value::double precision as value from (\n`,
        ") as asked",
      );
      await assertValues(client, name, place, remedy);
      await client.query(`analyze ${name}`);
      await client.query("set local search_path to default");
      for (const view of Object.keys(callsOf(experiment, { table, days, asOf })))
        await client.query(`drop view ${view}`);
    });
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === CANCELED)
      throw new InvalidInput(`${place}: took longer than ${LONGEST}; ${remedy}`, { cause: error });
    throw error;
  }
}

/** The views that `{{ exposures }}` and `{{ outcomes }}` name. */
function callsOf(
  experiment: Experiment,
  { table, days, asOf }: { table: OwnTable; days: readonly string[]; asOf: Date },
): Record<string, string> {
  const literals = [experiment.id, `{${days.join(",")}}`, ...table.window.map(String), asOf.toISOString()];
  const args = literals.map((value) => pg.escapeLiteral(value)).join(", ");
  return {
    [seenName("exposures")]: `public.metric_exposures(${args})`,
    [seenName("outcomes")]:
      `public.metric_outcomes(${args}, ${pg.escapeLiteral(String(backMs(experiment)))})`,
  };
}

function placeOf({ id }: Experiment, { metrics }: OwnTable): string {
  return `experiment "${id}" metric ${quoteAll(metrics)}`;
}

function assertColumns(place: string, columns: readonly string[], remedy: string): void {
  const missing = OWN_COLUMNS.filter((name) => !columns.includes(name));
  if (missing.length > 0)
    throw new InvalidInput(
      `${place}: column ${quoteAll([...missing])} is missing; its SQL gives ${quoteAll([...columns])}; ${remedy}`,
    );
}

/** Whoever is not in it counts as 0; a null, too. */
async function assertValues(client: PoolClient, table: string, place: string, remedy: string): Promise<void> {
  const { rows } = await client.query<{ nobody: boolean; twice: boolean; wrong: boolean }>(`
    select coalesce(bool_or(unit_id is null), false) as nobody, count(unit_id) > count(distinct unit_id) as twice,
      coalesce(bool_or(not (value >= 0 and value < 'infinity')), false) as wrong from ${table}`);
  const { nobody, twice, wrong } = rows[0] ?? {};
  const fault = nobody
    ? 'a unit_id is null; leave it out with "where … is not null"'
    : twice
      ? 'a unit comes more than once; add its values up with "sum" and "group by unit_id"'
      : wrong
        ? "a value is no finite number from 0"
        : undefined;
  if (fault) throw new InvalidInput(`${place}: ${fault}; ${remedy}`);
}
