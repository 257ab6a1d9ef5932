import { ShelfCount } from "../core/shelf-count.ts";
import { forEachHistory, type PersonHistory } from "../db/people-histories.ts";
import { loadRecommender, type Recommendation, type Recommender } from "../scoring/recommender.ts";
import type { ActivityContext } from "./context.ts";

/** Where the people's histories and the models are. */
export interface ShelfContext {
  database: Pick<ActivityContext["database"], "db">;
  artifacts: ActivityContext["artifacts"];
}

export interface Shelves {
  artifactDigest: string;
  /** Table of the interactions whose people are asked for. */
  interactionsTable: string;
  k: number;
  /** Most people asked for; everybody when left out. */
  sample?: number;
  signal?: AbortSignal;
  /** Called for each person with what the model alone answers: no fallback hides what it cannot do. */
  onShelf?: (
    person: PersonHistory,
    shelf: readonly Recommendation[],
    counted: number,
  ) => Promise<void> | void;
}

/** Asks a stored model for the shelf of everybody in a table, one after the other, and counts what comes. */
export async function countShelves(context: ShelfContext, of: Shelves): Promise<ShelfCount> {
  const count = new ShelfCount(of.k);
  const options = {
    ...(of.sample === undefined ? {} : { sample: of.sample }),
    ...(of.signal === undefined ? {} : { signal: of.signal }),
  };
  await withRecommender(context, of.artifactDigest, (recommender) =>
    forEachHistory(context.database.db, of.interactionsTable, options, async (person) => {
      const shelf = await recommender.recommend(person.items, of.k);
      count.add(person.items, shelf);
      await of.onShelf?.(person, shelf, count.people);
    }),
  );
  return count;
}

/** Opens a stored model for `work`, and frees it afterwards. */
async function withRecommender<T>(
  { artifacts }: ShelfContext,
  artifactDigest: string,
  work: (recommender: Recommender) => Promise<T>,
): Promise<T> {
  const recommender = await loadRecommender(await artifacts.get(artifactDigest));
  try {
    return await work(recommender);
  } finally {
    await recommender.close();
  }
}
