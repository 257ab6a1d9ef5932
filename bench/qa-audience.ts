/** A made-up audience in PostgreSQL, the same each time: 20 tastes of 500 items each, the first of a taste the most liked. */
import type { Definition } from "../core/definition.ts";
import { definitionSchema } from "../core/definition.ts";
import { HistorySplitter } from "../core/split.ts";
import type { TrainingSet } from "../core/training-set.ts";
import type { Database } from "../db/connection.ts";
import { streamHistories } from "../db/histories.ts";
import { listItemIds } from "../db/interactions.ts";
import { withSession } from "../db/session.ts";

export const PEOPLE = 100_000;
export const ITEMS = 10_000;
const TASTES = 20;
const PLAYS_A_PERSON = 20;

export const TABLES = { interactions: "bench_interactions", items: "bench_items" };

/** Settings that ask for every part of a report. */
export const AUDIENCE: Definition = definitionSchema.parse({
  name: "audience",
  sources: {},
  features: { interactions: { sql: "select 1" }, items: { sql: "select 1" } },
  interactions: "interactions",
  items: "items",
  candidates: { als: { trainer: "als", factors: 32, iterations: 3 } },
  qa: {
    peopleCoverage: { atLeast: 0.9 },
    itemCoverage: { atLeast: 0.1 },
    valueCoverage: { atLeast: 0.5 },
    value: {
      sql: "select item_id, count(*) as value from {{ interactions }} group by item_id",
      label: "plays",
    },
    mustHave: {
      top_200: {
        items: {
          sql: "select item_id from {{ interactions }} i group by item_id order by count(*) desc, item_id limit 200",
        },
        minPeople: 10,
      },
    },
    forbidden: {
      one_taste_for_a_tenth: {
        people: { sql: "select distinct user_id from {{ interactions }} i where user_id like 'p%7'" },
        items: { sql: "select item_id from {{ items }} i where genre = 'taste 3'" },
        severity: "warn",
      },
    },
    segments: {
      last_digit: {
        sql: "select distinct user_id, 'ends in ' || right(user_id, 1) as segment from {{ interactions }} i",
        maxLoss: 0.2,
      },
    },
    cases: {
      first_visit: {
        who: { history: [] },
        why: "Comes for the first time",
        owner: "nora",
        mustNot: ["i09999"],
      },
    },
    display: { genre: "genre" },
    behaviour: { minDiversity: { atLeast: 0 }, oneMorePlay: { atMost: 1 } },
    preview: ["p000001"],
  },
});

export async function addAudience({ pool }: Database): Promise<void> {
  await pool.query(
    `create table data.${TABLES.items} as
     select 'i' || lpad(n::text, 5, '0') as item_id, 'Item ' || n as title, 'taste ' || n % ${TASTES} as genre
     from generate_series(0, ${ITEMS - 1}) n`,
  );
  await pool.query(
    `create table data.${TABLES.interactions} as
     select 'p' || lpad(person::text, 6, '0') as user_id,
       'i' || lpad((person % ${TASTES} + ${TASTES} * floor(${ITEMS / TASTES} * power(draw, 2)))::text, 5, '0') as item_id,
       timestamptz '2026-01-01' + play * interval '1 hour' as event_time
     from (
       select person, play, (hashint8(person * 1000 + play)::bigint + 2147483648) / 4294967296.0 as draw
       from generate_series(1, ${PEOPLE}) person, generate_series(1, ${PLAYS_A_PERSON}) play
     ) plays`,
  );
  await pool.query(`create index on data.${TABLES.interactions} (user_id)`);
  await pool.query(`create unique index on data.${TABLES.items} (item_id)`);
  await pool.query(`analyze data.${TABLES.interactions}, data.${TABLES.items}`);
}

/** Its training set, as the step "split" makes it. */
export async function splitAudience(database: Database): Promise<TrainingSet> {
  const splitter = new HistorySplitter(
    await listItemIds(database.db, TABLES.items),
    AUDIENCE.evaluation.holdoutShare,
  );
  await withSession(database, new AbortController().signal, async (client) => {
    let person = "";
    let history: string[] = [];
    for await (const { userId, itemId } of streamHistories(client, TABLES)) {
      if (userId !== person) {
        splitter.add(history);
        history = [];
        person = userId;
      }
      history.push(itemId);
    }
    splitter.add(history);
  });
  return splitter.finish();
}
