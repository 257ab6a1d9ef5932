/** What `bench/serve.ts` asks for: a model that answers online, its lists written beforehand, and thousands of people. */

import { historyOf, peopleIn } from "../../core/training-set.ts";
import type { Database } from "../../db/connection.ts";
import { addLists, finishLists, openLists } from "../../db/materialised.ts";
import { addPerson, issueToken, SET_UP } from "../../operations/people.ts";
import { loadRecommender } from "../../scoring/recommender.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import { addLiveVersion } from "../../tests/support/shop.ts";
import { trainPopularity } from "../../trainers/popularity.ts";
import { train } from "../../trainers/train.ts";
import { candidateOf, movieTrainingSet } from "../movies.ts";

/** Everybody of the example so many times, as other people. */
const COPIES = 8;
/** Length of the lists that are written; a product asks for fewer. */
const LIST_LENGTH = 50;
const TABLE = "bench_interactions";

export interface Person {
  id: string;
  /** Oldest first. */
  history: readonly string[];
}

export interface Shop {
  /** Of the model that both answer by. */
  model: Uint8Array;
  /** In an order that is the same each time, and no table's. */
  people: readonly Person[];
  token: string;
}

/** Puts two models live that answer the same, `online` and `materialised`. */
export async function openShop(database: Database, artifacts: ArtifactStore): Promise<Shop> {
  const set = await movieTrainingSet();
  const model = train(set, candidateOf("item_similarity"), () => {});
  const digests = {
    artifact: await artifacts.put(model),
    fallback: await artifacts.put(trainPopularity(set)),
  };
  const histories = Array.from({ length: peopleIn(set.train) }, (_, person) =>
    Array.from(historyOf(set.train, person), (item) => set.items[item] as string),
  );
  await addHistories(database, histories);
  for (const name of ["online", "materialised"])
    await addLiveVersion(database.db, { model: name, artifacts: digests });
  await writeLists(database, model, histories);
  await database.db.updateTable("model").set({ interactions_table: TABLE }).execute();
  await addPerson({ database }, SET_UP, { name: "app", roles: ["service"] });
  const { token } = await issueToken({ database }, SET_UP, { name: "app", ttlMs: 3_600_000 });
  return { model, people: shuffled(histories), token };
}

/** As a run leaves them: a table with an index on the person. */
async function addHistories({ pool }: Database, histories: readonly (readonly string[])[]): Promise<void> {
  const rows = histories.flatMap((items, person) => items.map((item, nth) => ({ person, item, nth })));
  await pool.query(`create table data.${TABLE} (user_id text, item_id text, event_time timestamptz)`);
  await pool.query(
    `insert into data.${TABLE}
     select 'u' || person || '-' || copy, item, to_timestamp(nth)
     from unnest($1::int[], $2::text[], $3::int[]) as had (person, item, nth), generate_series(1, $4) as copy`,
    [rows.map(({ person }) => person), rows.map(({ item }) => item), rows.map(({ nth }) => nth), COPIES],
  );
  await pool.query(`create index on data.${TABLE} (user_id)`);
  await pool.query(`analyze data.${TABLE}`);
}

async function writeLists(
  { db, pool }: Database,
  model: Uint8Array,
  histories: readonly (readonly string[])[],
): Promise<void> {
  const of = { model: "materialised", version: 1 };
  const recommender = await loadRecommender(model);
  const lists = [];
  for (const [person, history] of histories.entries()) {
    const list = await recommender.recommend(history, LIST_LENGTH);
    const [items, scores] = [list.map(({ itemId }) => itemId), list.map(({ score }) => score)];
    for (let copy = 1; copy <= COPIES; copy += 1) lists.push({ userId: `u${person}-${copy}`, items, scores });
  }
  await recommender.close();
  const table = await openLists(db, of, LIST_LENGTH);
  await addLists(db, table, lists, "u");
  await finishLists(db, of);
  await pool.query(`analyze lists.${table.table_name}`);
}

/** A step through all people that has no divisor in common with their number visits each once. */
function shuffled(histories: readonly (readonly string[])[]): Person[] {
  const all = histories.flatMap((history, person) =>
    Array.from({ length: COPIES }, (_, copy) => ({ id: `u${person}-${copy + 1}`, history })),
  );
  const step = 2_741; // a prime
  return all.map((_, nth) => all[(nth * step) % all.length] as Person);
}
