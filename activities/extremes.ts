import { BrokenPromise } from "../core/errors.ts";
import type { Extreme, ExtremeCases } from "../core/extremes.ts";
import { genreTable, itemsByGenre } from "../core/genres.ts";
import { titleOf } from "../core/qa-items.ts";
import type { Recommendation } from "../scoring/recommender.ts";
import { type Served, servedShelf } from "../scoring/served-shelf.ts";
import { seededRandom } from "../trainers/random.ts";

/** Situations made up of one kind: enough to meet what goes wrong for one item in a hundred. */
const MOST_MADE_UP = 300;
/** Items of a made-up taste. */
const GENRE_HISTORY = 20;
const SEED = 20_241_105;
/** An id that no items table has. */
const NO_ITEM = "holt: an item that is no more";

export interface ExtremeRequest {
  served: Served;
  /** People who had an item; 0 when nobody did. */
  hadBy(itemId: string): number;
  signal?: AbortSignal;
}

/**
 * Makes up the situations that few people or nobody is in, and asks for their shelves: no history; each of up to 300
 * items alone, drawn with a seed; the favourites of each genre; each new item; each retired one; every item. Without
 * new items of the definition's own those count that nobody had; without retired ones an id that is unknown.
 */
export async function askExtremes(
  cases: ExtremeCases,
  { served, hadBy, signal }: ExtremeRequest,
): Promise<void> {
  const { items, k, retired, newItems } = cases.settings;
  const ask = async (kind: Extreme, who: string, history: readonly string[]) => {
    signal?.throwIfAborted();
    const { shelf, byPopularity } = await answer(served, history, k);
    cases.addSituation(kind, { who, history, shelf, byPopularity });
  };
  const alone = (itemId: string) => `somebody who had only "${titleOf(items, itemId)}"`;
  const offered = [...items.keys()].filter((itemId) => !retired.has(itemId));
  const addedToday = newItems.size > 0 ? [...newItems] : offered.filter((itemId) => hadBy(itemId) === 0);
  await ask("no_history", "somebody without history", []);
  for (const itemId of draw(offered)) await ask("one_item", alone(itemId), [itemId]);
  for (const [genre, history] of favourites(cases, hadBy))
    await ask("single_genre", `somebody who had only ${genre}`, history);
  for (const itemId of draw(addedToday)) await ask("new_item", alone(itemId), [itemId]);
  for (const itemId of retired.size > 0 ? draw([...retired]) : [NO_ITEM])
    await ask("retired_item", retired.size > 0 ? alone(itemId) : "somebody who had only what is no more", [
      itemId,
    ]);
  if (offered.length > 0) await ask("everything_seen", "somebody who saw everything", offered);
}

/** A model that cannot answer is a finding; anything else is not about the model. */
async function answer(
  served: Served,
  history: readonly string[],
  k: number,
): Promise<{ shelf: Recommendation[] | BrokenPromise; byPopularity: boolean }> {
  try {
    const { items, byPopularity } = await servedShelf(served, history, k);
    return { shelf: items, byPopularity };
  } catch (error) {
    if (error instanceof BrokenPromise) return { shelf: error, byPopularity: false };
    throw error;
  }
}

/** Some of them, always the same for the same ids (Fisher and Yates, as far as it is wanted). */
function draw(ids: readonly string[]): string[] {
  const random = seededRandom(SEED);
  const left = ids.toSorted();
  for (let place = 0; place < Math.min(MOST_MADE_UP, left.length); place += 1) {
    const other = place + Math.floor(random() * (left.length - place));
    [left[place], left[other]] = [left[other] as string, left[place] as string];
  }
  return left.slice(0, MOST_MADE_UP);
}

/** For each genre the items of it alone that most people had. */
function favourites({ settings }: ExtremeCases, hadBy: ExtremeRequest["hadBy"]): [string, string[]][] {
  const { items, retired } = settings;
  const genres = genreTable(Array.from(items, ([itemId, { genre }]) => [itemId, genre]));
  const ofOne = Array.from(genres).filter(
    ([itemId, of]) => of.length === 1 && hadBy(itemId) > 0 && !retired.has(itemId),
  );
  return [...itemsByGenre(new Map(ofOne))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MOST_MADE_UP)
    .map(([genre, ids]) => [
      genre,
      ids.sort((a, b) => hadBy(b) - hadBy(a) || (a < b ? -1 : 1)).slice(0, GENRE_HISTORY),
    ]);
}
