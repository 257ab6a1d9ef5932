/** What the definition's own SQL says to QA: ids, values, and who belongs to which group. It can only read. */
import type { PoolClient } from "pg";
import { InvalidInput } from "../core/errors.ts";
import { quoteAll } from "../core/faults.ts";
import { filledSql, runDefinedSql } from "./defined-sql.ts";
import { type SeenTable, withSeenTables } from "./seen-tables.ts";
import { inTransaction } from "./session.ts";

export interface QaTables {
  /** Sources and feature tables that the queries name. */
  reads: readonly SeenTable[];
  asOf: Date;
}

/** A query of the definition, where it stands: `qa.mustHave.top.items.sql`. */
export interface PlacedSql {
  place: string;
  sql: string;
}

/** One transaction that only reads, in which the definition's queries run. */
export interface QaSession {
  client: PoolClient;
  asOf: Date;
  /** A name for a cursor that no other of the session has. */
  nextCursor(): string;
}

/** A group's cursor may wait for the next person for as long as the step may take. */
const IDLE_LIMIT = "350min";

/**
 * Runs `work` in a transaction that sees the run's tables under their names, all in one state, and that can change
 * nothing: neither the tables nor anything else.
 */
export function withQaSession<T>(
  client: PoolClient,
  { reads, asOf }: QaTables,
  work: (session: QaSession) => Promise<T>,
): Promise<T> {
  return inTransaction(client, () =>
    withSeenTables(client, reads, asOf, async () => {
      await client.query(`set local idle_in_transaction_session_timeout = '${IDLE_LIMIT}'`);
      // Back to this point afterwards: in a transaction that only reads, the views could not be dropped.
      await client.query("savepoint reading");
      await client.query("set transaction read only");
      let cursors = 0;
      const nextCursor = () => `holt_qa_${++cursors}`;
      const result = await work({ client, asOf, nextCursor });
      await client.query("rollback to savepoint reading");
      return result;
    }),
  );
}

/**
 * Ids in the first column of a query, each once, in byte order.
 * @throws {InvalidInput} PostgreSQL refuses the query, or an id is null
 */
export async function readIds(session: QaSession, { place, sql }: PlacedSql): Promise<string[]> {
  const { rows } = await runDefinedSql<{ id: string | null }>(session.client, place, {
    before: `select distinct id::text collate "C" as id from (\n`,
    sql: filledSql(sql, session.asOf),
    after: ") as chosen (id) order by 1",
  });
  return rows.map(({ id }) => {
    if (id === null) throw nullIn(place, "its first column");
    return id;
  });
}

/**
 * Value of items by their id.
 * @throws {InvalidInput} PostgreSQL refuses the query, a column is missing, an item comes twice, or a value is no number from 0
 */
export async function readValues(
  session: QaSession,
  { place, sql }: PlacedSql,
): Promise<Map<string, number>> {
  await assertColumns(session, { place, sql }, ["item_id", "value"]);
  const { rows } = await runDefinedSql<{ item_id: string | null; value: number | null }>(
    session.client,
    place,
    {
      before: "select item_id::text as item_id, value::double precision as value from (\n",
      sql: filledSql(sql, session.asOf),
      after: `) as valued order by item_id::text collate "C"`,
    },
  );
  const values = new Map<string, number>();
  for (const { item_id, value } of rows) {
    if (item_id === null) throw nullIn(place, 'column "item_id"');
    if (values.has(item_id))
      throw new InvalidInput(
        `${place}: item "${item_id}" comes more than once; add its values up with "sum" and "group by"`,
      );
    const earned = value ?? 0;
    if (!Number.isFinite(earned) || earned < 0)
      throw new InvalidInput(
        `${place}: the value of item "${item_id}" is ${earned}; it must be a finite number from 0`,
      );
    values.set(item_id, earned);
  }
  return values;
}

/** @throws {InvalidInput} the query's result hasn't these columns */
export async function assertColumns(
  session: QaSession,
  { place, sql }: PlacedSql,
  wanted: readonly string[],
): Promise<void> {
  const { fields } = await runDefinedSql(session.client, place, {
    before: "select * from (\n",
    sql: filledSql(sql, session.asOf),
    after: ") as asked limit 0",
  });
  const columns = fields.map(({ name }) => name);
  const missing = wanted.filter((name) => !columns.includes(name));
  if (missing.length > 0)
    throw new InvalidInput(
      `${place}: column ${quoteAll(missing)} is missing; it has ${quoteAll(columns)}; name them in the select, as in "select … as ${missing[0]}"`,
    );
}

export function nullIn(place: string, column: string): InvalidInput {
  return new InvalidInput(`${place}: ${column} is null in a row; leave it out with "where … is not null"`);
}
