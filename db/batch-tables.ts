/** Tables of batches, in the schema `batch_rows`, and the views of them that analysts read, in `batches`. */
import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import type { PoolClient } from "pg";
import type { BatchRow as InputRow } from "../core/batch-rows.ts";
import type { BatchRow } from "./batches.ts";
import { copyIn, copyLine } from "./copy.ts";
import { quoteName } from "./data-tables.ts";
import type { Tables } from "./tables.ts";

type Of = Pick<BatchRow, "seq">;

/** What a batch reads, copied once so that it stays what it was. */
function inputTable({ seq }: Of): string {
  return `batch_rows.${quoteName(`in_${seq}`)}`;
}

/** Its lists, a row a person. */
export function outputTable({ seq }: Of): string {
  return `batch_rows.${quoteName(`out_${seq}`)}`;
}

export type CopiedRow = { line: number } & (InputRow | { fault: string });

/**
 * Makes both tables and copies the input, in the caller's transaction; how many rows that are, and how many of them are
 * set aside. @param chunks a write each
 */
export async function stageInput(
  client: PoolClient,
  of: Pick<BatchRow, "id" | "seq">,
  chunks: AsyncIterable<readonly CopiedRow[]>,
): Promise<{ rows: number; setAside: number }> {
  const table = inputTable(of);
  await client.query("delete from batch_set_aside where batch_id = $1", [of.id]);
  await client.query(`drop table if exists ${table}, ${outputTable(of)}`);
  await client.query(
    `create table ${table} (line bigint not null, user_id text collate "C", items text[], country text, fault text)`,
  );
  await client.query(`
    create table ${outputTable(of)} (
      line bigint not null,
      user_id text collate "C",
      items text[] not null,
      scores double precision[] not null,
      -- null where the model put every item in its place
      placed_by text[],
      by_popularity boolean not null
    )`);
  let rows = 0;
  async function* lines() {
    for await (const chunk of chunks) {
      rows += chunk.length;
      yield chunk.map(inputLine).join("");
    }
  }
  await copyIn(client, `copy ${table} from stdin`, lines());
  const { rowCount: setAside } = await client.query(
    `insert into batch_set_aside (batch_id, line, reason) select $1, line, fault from ${table} where fault is not null`,
    [of.id],
  );
  await client.query(`alter table ${table} add primary key (line)`);
  await client.query(`analyze ${table}`);
  return { rows, setAside: setAside ?? 0 };
}

function inputLine(row: CopiedRow): string {
  const line = String(row.line);
  if ("fault" in row) return copyLine([line, null, null, null, row.fault]);
  const { userId, items, country } = row;
  return copyLine([line, userId, items.length > 0 ? arrayOf(items) : null, country, null]);
}

/** The next rows after a line, in their order. */
export async function readInput(
  client: Pick<PoolClient, "query">,
  of: Of,
  { after, limit }: { after: number; limit: number },
): Promise<(InputRow & { line: number })[]> {
  const { rows } = await client.query<InputRow & { line: number }>({
    name: `batch input ${of.seq}`,
    text: `select line, user_id as "userId", coalesce(items, '{}') as items, country from ${inputTable(of)}
      where line > $1 and fault is null order by line limit $2`,
    values: [after, limit],
  });
  return rows;
}

/** Lines of {@link outputTable} for COPY. */
export const OUTPUT_COLUMNS = "line, user_id, items, scores, placed_by, by_popularity";

/**
 * Shows a batch's rows under its target's name: whoever reads has all of the one before, or all of this. Rights on the view
 * stay, unless its form changes.
 */
export async function showOutput(trx: Transaction<Tables>, of: BatchRow): Promise<void> {
  const before = await trx
    .selectFrom("batch_target")
    .leftJoin("batch", "batch.id", "batch_target.batch_id")
    .select(["batch.layout"])
    .where("batch_target.target", "=", of.target)
    .executeTakeFirst();
  const view = sql.table(`batches.${of.target}`);
  if (before?.layout && before.layout !== of.layout) await sql`drop view if exists ${view}`.execute(trx);
  await sql`create or replace view ${view} as ${outputOf(of)}`.execute(trx);
  await trx
    .updateTable("batch_target")
    .set({ batch_id: of.id, changed_at: sql`clock_timestamp()` })
    .where("target", "=", of.target)
    .execute();
}

/** The rows of a batch as people read them. Version, release and time are the same for all, so no row holds them. */
export function selectOutput(db: Kysely<Tables>, of: BatchRow): string {
  return outputOf(of).compile(db).sql;
}

/**
 * Its values are literals, since neither a view nor a COPY takes parameters. What somebody bans in a hurry is left out from
 * that moment on, also of rows that were scored before; those after it move up.
 */
function outputOf({ seq, model, version, release_digest, scored_at, layout }: BatchRow): RawBuilder<unknown> {
  const table = sql.table(`batch_rows.out_${seq}`);
  const same = sql`${sql.lit(version)} as version, ${sql.lit(release_digest)}::text as release_digest,
    ${sql.lit(scored_at?.toISOString() ?? null)}::timestamptz as scored_at`;
  const by = sql`case when by_popularity then 'popularity' else 'model' end`;
  const banned = sql`select item_id from public.editorial_rule where model = ${sql.lit(model)} and kind = 'ban'
    and lifted_at is null and starts_at <= statement_timestamp()
    and (ends_at is null or ends_at > statement_timestamp())`;
  const shown = sql`unnest(list.items, list.scores, list.placed_by) with ordinality as one (item_id, score, placed_by, place)
    where item_id not in (${banned})`;
  if (layout === "lists")
    return sql`select list.user_id, item.items, item.scores,
        coalesce(item.placed_by, array_fill(${by}, array[cardinality(item.items)])) as placed_by, list.line, ${same}
      from ${table} as list
      cross join lateral (
        select list.items, list.scores, list.placed_by where not list.items && array(${banned})
        union all
        select coalesce(array_agg(item_id order by place), '{}'), coalesce(array_agg(score order by place), '{}'),
          case when list.placed_by is not null then coalesce(array_agg(one.placed_by order by place), '{}') end
        from ${shown} having list.items && array(${banned})
      ) as item`;
  return sql`select list.user_id, item.rank::integer as rank, item.item_id, item.score,
      coalesce(item.placed_by, ${by}) as placed_by, list.line, ${same}
    from ${table} as list
    cross join lateral (
      select item_id, score, one.placed_by, row_number() over (order by place) as rank from ${shown}
    ) as item`;
}

/** So that one person's rows are found at once. */
export async function indexOutput(client: PoolClient, of: Of): Promise<void> {
  await client.query(
    `create index if not exists ${quoteName(`out_${of.seq}_user`)} on ${outputTable(of)} (user_id)`,
  );
  await client.query(`analyze ${outputTable(of)}`);
}

export async function dropInput(db: Kysely<Tables>, of: Of): Promise<void> {
  await sql`drop table if exists ${sql.table(`batch_rows.in_${of.seq}`)}`.execute(db);
}

export async function dropOutput(db: Kysely<Tables>, of: Of): Promise<void> {
  await sql`drop table if exists ${sql.table(`batch_rows.out_${of.seq}`)}`.execute(db);
}

/** As PostgreSQL writes an array of texts. */
export function arrayOf(texts: readonly (string | null)[]): string {
  return `{${texts.map((text) => (text === null ? "NULL" : quoted(text))).join(",")}}`;
}

const PLAIN = /^[A-Za-z0-9_.:-]+$/;

function quoted(text: string): string {
  return PLAIN.test(text) && text.toUpperCase() !== "NULL" ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Sets rows aside whose user nobody knows. */
export async function setStrangersAside(
  client: PoolClient,
  batchId: string,
  lines: readonly number[],
): Promise<void> {
  if (lines.length === 0) return;
  await client.query(
    `insert into batch_set_aside (batch_id, line, reason) select $1, line, 'nothing is known of its user'
     from unnest($2::bigint[]) as line`,
    [batchId, lines],
  );
}
