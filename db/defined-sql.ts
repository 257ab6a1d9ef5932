/** Runs SQL that a person wrote into the definition, and says what PostgreSQL thinks of it. */
import type { PoolClient, QueryConfig, QueryResult, QueryResultRow } from "pg";
import pg from "pg";
import { InvalidInput } from "../core/errors.ts";
import { AS_OF, fillTemplate } from "../core/sql-template.ts";
import { asWritten, seenName, timeText } from "./seen-tables.ts";

/**
 * Classes of SQLSTATE that the statement itself causes, so that trying again is of no use: not supported, cardinality,
 * data, constraint, read-only, syntax and names, limits, `raise`.
 */
const STATEMENTS_FAULT = ["0A", "21", "22", "23", "25", "42", "54", "P0"];
/** Of these the message quotes values, which only the log may show. */
const QUOTES_VALUES = ["22", "23", "P0"];
const MAX_EXCERPT = 60;

/** SQL with `{{ name }}` as withSeenTables names it, and `{{ as_of }}` as a time. */
export function filledSql(sql: string, asOf: Date): string {
  return fillTemplate(sql, (name) => (name === AS_OF ? timeText(asOf) : seenName(name)));
}

/**
 * Runs one statement, `before` and `after` around the person's SQL. Several statements are refused.
 * @param place as in `features.items.sql`
 * @throws {InvalidInput} PostgreSQL refused it for a fault of its own
 */
export async function runDefinedSql<Row extends QueryResultRow>(
  client: PoolClient,
  place: string,
  {
    before = "",
    sql,
    after = "",
    remedy = 'mend the SQL, then "holt apply" and start a new run',
  }: { before?: string; sql: string; after?: string; remedy?: string },
): Promise<QueryResult<Row>> {
  try {
    // The extended protocol takes one statement only; the line feed ends a comment in the last line.
    const statement: QueryConfig & { queryMode: "extended" } = {
      text: `${before}${sql}\n${after}`,
      queryMode: "extended",
    };
    return await client.query<Row>(statement);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || !STATEMENTS_FAULT.includes((error.code ?? "").slice(0, 2)))
      throw error;
    const rest = sql.slice(Math.max(0, Number(error.position ?? 0) - 1 - before.length));
    throw invalidSql(place, error, rest, remedy);
  }
}

function invalidSql(place: string, error: pg.DatabaseError, rest: string, remedy: string): InvalidInput {
  const quotesValues = QUOTES_VALUES.includes((error.code ?? "").slice(0, 2));
  const message = quotesValues ? error.message.replace(/".*"/s, '"…"') : error.message;
  const [line = ""] = asWritten(rest).split("\n");
  const excerpt = line.slice(0, MAX_EXCERPT).trim();
  const where = error.position && excerpt ? ` at "${excerpt}"` : "";
  const hint = error.hint && !quotesValues ? ` (${error.hint})` : "";
  return Object.assign(new InvalidInput(`${place}: ${message}${where}${hint}; ${remedy}`, { cause: error }), {
    logTail: [error.message, error.detail, error.where].filter(Boolean).join("\n"),
  });
}
