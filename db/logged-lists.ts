/** Lists that were shown while a model explored, each place with its propensity and what came of it. */
import { type RawBuilder, sql, type Transaction } from "kysely";
import type { Showings } from "../core/experiment/reward-guess.ts";
import { firstIdAt } from "../store/timed-id.ts";
import type { Database } from "./connection.ts";
import { dataTable } from "./data-tables.ts";
import { interval } from "./interval.ts";
import type { Tables } from "./tables.ts";

const DAY_MS = 86_400_000;
/** Of a fetch: some hundred kilobytes. */
const FETCH_LISTS = 200;
const FETCH_SHOWINGS = 5_000;
/** What else a list may have been asked with: a filter, or items in the place of a history, would ask for other lists. */
const ASKED_WITH = ["country", "experiment"];

export interface LoggedListsOf {
  model: string;
  /** Only lists whose time was over by then, and what was stored by then. */
  asOf: Date;
  days: number;
  withinMs: number;
  /** Outcomes of this kind; `spend` sums up the amounts in this currency, all others are counted. */
  reward: { kind: "click" | "play" | "complaint" | "spend"; currency?: string };
  /** Lists at most: always the same ones, by a hash of their ids. */
  most: number;
}

/** One list, with the items that its person had had before it, in the order in which they first had them. */
export interface ShownList {
  userId: string;
  /** Of the people: 0 or 1, by a hash of the id. */
  half: 0 | 1;
  k: number;
  items: string[];
  propensities: number[];
  rewards: number[];
  history: string[];
}

/** What a later look would see change: lists with propensities and outcomes are only added. */
export async function markOfLoggedLists(
  { db }: Pick<Database, "db">,
  of: LoggedListsOf,
): Promise<{ lists: number; last: string | null; outcomes: number }> {
  const { rows } = await sql<{ lists: number; last: string | null; outcomes: number }>`
    with logged as (select e.id from exposure e where ${isLogged(of)})
    select count(*) as lists, max(id::text) as last, (
      select count(*) from outcome o
      where o.recommendation_id between ${first(of)}::uuid and ${end(of)}::uuid and ${isKnown(of)}
        and o.recommendation_id in (select id from logged)) as outcomes
    from logged`.execute(db);
  return rows[0] as { lists: number; last: string | null; outcomes: number };
}

/**
 * Reads the sample twice, of one state of the database: what its places earned by item and place, then list by list, each person's
 * after the other. Rows pass by and are not kept.
 * @param interactionsTable what people had, with its times
 */
export async function readLoggedLists(
  { db }: Pick<Database, "db">,
  of: LoggedListsOf & { interactionsTable: string; signal: AbortSignal },
  to: { onShowings(row: Showings): void; onList(list: ShownList): Promise<void> },
): Promise<void> {
  await db
    .transaction()
    .setIsolationLevel("repeatable read")
    .execute(async (trx) => {
      // What PostgreSQL doesn't know of the newest day yet it takes for one row, and then joins in loops that take minutes.
      await sql`select set_config('enable_nestloop', 'off', true)`.execute(trx);
      const fetch = fetcher(trx, of.signal);
      await fetch<Showings>("showings", showings(of), FETCH_SHOWINGS, async (row) => to.onShowings(row));
      await fetch<ShownList>("lists", lists(of), FETCH_LISTS, to.onList);
    });
}

function fetcher(trx: Transaction<Tables>, signal: AbortSignal) {
  return async <Row>(
    name: string,
    query: RawBuilder<unknown>,
    size: number,
    onRow: (row: Row) => Promise<void>,
  ) => {
    const cursor = sql.ref(name);
    await sql`declare ${cursor} no scroll cursor for ${query}`.execute(trx);
    for (;;) {
      signal.throwIfAborted();
      const { rows } = await sql<Row>`fetch ${sql.lit(size)} from ${cursor}`.execute(trx);
      for (const row of rows) {
        signal.throwIfAborted();
        await onRow(row);
      }
      if (rows.length < size) break;
    }
    await sql`close ${cursor}`.execute(trx);
  };
}

function showings(of: LoggedListsOf): RawBuilder<unknown> {
  return sql`
    with ${places(of)}, showing as (
      select half, item_id, place, count(*) as shown, sum(reward) as reward from placed group by 1, 2, 3
    )
    select half, item_id as "itemId", (place - 1)::integer as place, shown, reward,
        (sum(reward) over places / (sum(shown) over places)::double precision) as "placeMean"
      from showing window places as (partition by half, place) order by half, item_id collate "C", place`;
}

function lists(of: LoggedListsOf & { interactionsTable: string }): RawBuilder<unknown> {
  return sql`
    with ${places(of)}, had as (
      select e.id, i.item_id, min(i.event_time) as first_time
        from sample e join ${dataTable(of.interactionsTable)} i on i.user_id = e.user_id and i.event_time < e.at group by 1, 2
    ), history as (
      select id, array_agg(item_id order by first_time, item_id collate "C") as items from had group by id
    ), earned as (
      select id, array_agg(reward order by place) as rewards from placed group by id
    )
    select e.user_id as "userId", e.half, e.k, e.items, e.propensities, coalesce(history.items, '{}') as history,
        coalesce(earned.rewards, '{}') as rewards
      from sample e left join history on history.id = e.id left join earned on earned.id = e.id
      order by e.user_id collate "C", e.id`;
}

/** `sample`, and `placed`: each of its places with what it earned. Joined as a whole, since one by one takes minutes. */
function places(of: LoggedListsOf): RawBuilder<unknown> {
  const { kind, currency } = of.reward;
  const what = currency === undefined ? sql`count(*)` : sql`sum(o.amount)`;
  return sql`
    sample as materialized (${sample(of)}), came as (
      select o.recommendation_id as id, o.item_id, ${what} as reward from sample e join outcome o on o.recommendation_id = e.id
        where o.kind = ${kind} ${currency === undefined ? sql`` : sql`and o.currency = ${currency}`}
          and o.at >= e.at and o.at < e.at + ${interval(of.withinMs)} and ${isKnown(of)} group by 1, 2
    ), placed as (
      select e.id, e.half, shown.item_id, shown.place, coalesce(came.reward, 0)::double precision as reward
        from sample e cross join unnest(e.items) with ordinality as shown(item_id, place)
          left join came on came.id = e.id and came.item_id = shown.item_id
    )`;
}

function sample(of: LoggedListsOf): RawBuilder<unknown> {
  return sql`select e.id, e.at, e.user_id, (get_byte(decode(md5(e.user_id), 'hex'), 0) & 1) as half, e.k, e.items, e.propensities
    from exposure e where ${isLogged(of)}
    order by md5(e.id::text), e.id limit ${sql.lit(of.most)}`;
}

function isLogged(of: LoggedListsOf): RawBuilder<boolean> {
  return sql<boolean>`e.model = ${of.model} and e.id >= ${first(of)}::uuid and e.id < ${end(of)}::uuid
    and e.propensities is not null and e.user_id <> '' and coalesce(e.stored_at, e.at) <= ${of.asOf}
    and (e.context is null or e.context - ${ASKED_WITH}::text[] = '{}')`;
}

function isKnown({ asOf }: LoggedListsOf): RawBuilder<boolean> {
  return sql`coalesce(o.stored_at, o.received_at) <= ${asOf}`;
}

function first({ asOf, days, withinMs }: LoggedListsOf): string {
  return firstIdAt(asOf.getTime() - withinMs - days * DAY_MS);
}

function end({ asOf, withinMs }: LoggedListsOf): string {
  return firstIdAt(asOf.getTime() - withinMs);
}
