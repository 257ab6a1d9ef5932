/** People to score: each had ten of the ratings of one of the example's people. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { TrainingSet } from "../core/training-set.ts";
import type { Database } from "../db/connection.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { trainItemSimilarity } from "../trainers/item-similarity.ts";
import { trainPopularity } from "../trainers/popularity.ts";

export const HISTORIES = "bench_interactions";
export const PEOPLE = "bench_people";
const ITEMS_A_PERSON = 10;

export interface BatchAudience {
  /** Digest of the live model's file. */
  artifact: string;
}

/** Adds a model that is live, so many people with histories, and a table of their names. */
export async function addBatchAudience(
  { db, pool }: Database,
  artifacts: ArtifactStore,
  people: number,
): Promise<BatchAudience> {
  const shelves = await readShelves();
  const set = trainingSetOf(shelves);
  const settings = { trainer: "item_similarity" as const, neighbours: 50, shrinkage: 10, maxSizeMb: 32 };
  const artifact = await artifacts.put(trainItemSimilarity(set, settings, () => {}));
  const fallback = await artifacts.put(trainPopularity(set));
  await addLiveVersion(db, { artifacts: { artifact, fallback } });
  await pool.query("create unlogged table bench_shelf (n integer, items text[])");
  for (const [n, items] of shelves.entries())
    await pool.query("insert into bench_shelf values ($1, $2)", [n, items]);
  await pool.query(
    `create unlogged table data.${HISTORIES} (user_id text, item_id text, event_time timestamptz)`,
  );
  await pool.query(
    `insert into data.${HISTORIES}
     select 'p' || lpad(person::text, 7, '0'), items[1 + (person / $2 * 7 + nth * 13) % cardinality(items)], to_timestamp(nth)
     from generate_series(0, $1::integer - 1) as person
     join bench_shelf on n = person % $2::integer cross join generate_series(1, ${ITEMS_A_PERSON}) as nth`,
    [people, shelves.length],
  );
  await pool.query(`create index on data.${HISTORIES} (user_id)`);
  await pool.query(`analyze data.${HISTORIES}`);
  await pool.query(
    `create unlogged table data.${PEOPLE} as
     select 'p' || lpad(person::text, 7, '0') as user_id from generate_series(0, $1::integer - 1) as person`.replace(
      "$1",
      String(people),
    ),
  );
  await db.updateTable("model").set({ interactions_table: HISTORIES }).execute();
  return { artifact };
}

/** Items of each of the example's people, the oldest first. */
async function readShelves(): Promise<string[][]> {
  const text = await readFile(join(import.meta.dirname, "../examples/movies/data/ratings.csv"), "utf8");
  const ratings = text
    .trimEnd()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","))
    .filter(([, , rating]) => Number(rating) >= 3.5);
  const people = Map.groupBy(ratings, ([user]) => user);
  return [...people.values()].map((had) =>
    had.sort((one, other) => Number(one[3]) - Number(other[3])).map(([, item = ""]) => item),
  );
}

function trainingSetOf(shelves: readonly string[][]): TrainingSet {
  const items = [...new Set(shelves.flat())].sort((one, other) => (one < other ? -1 : 1));
  const indices = new Map(items.map((item, index) => [item, index]));
  const starts = [0];
  const flat: number[] = [];
  for (const shelf of shelves) {
    for (const item of shelf) flat.push(indices.get(item) as number);
    starts.push(flat.length);
  }
  const train = { starts: Int32Array.from(starts), items: Int32Array.from(flat) };
  return { items, train, heldOut: { starts: new Int32Array(starts.length), items: new Int32Array(0) } };
}
