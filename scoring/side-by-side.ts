/** One person's shelves beside each other, as a reviewer looks at them. */
import { safePicture } from "../core/picture.ts";
import { type Items, titleOf } from "../core/qa-items.ts";
import type { Preview, ShelfItem } from "../core/qa-report.ts";
import { changesAgainst } from "../core/shelf-change.ts";
import { becauseOf } from "./because.ts";
import type { Recommendation, Recommender } from "./recommender.ts";
import { type Served, servedShelf } from "./served-shelf.ts";

/** Newest items of a history that a reviewer sees. */
const HISTORY_SHOWN = 10;

export interface ModelsSideBySide {
  candidate: Served;
  /** The popularity list of the same run. */
  baseline: Recommender;
  /** What is live; undefined when nothing was, when the run opened. */
  champion: Served | undefined;
}

export interface LookedAt {
  user: string;
  /** What they stand for; empty when nobody said. */
  note: string;
  /** Oldest first; empty for a stranger, whom the popularity list answers. */
  history: readonly string[];
}

/**
 * The shelves as this person would be served them, each item with what is known of it, how it moved against the
 * champion's shelf, and why it is there where a model answered.
 */
export async function sideBySide(
  models: ModelsSideBySide,
  { user, note, history }: LookedAt,
  { items, k }: { items: Items; k: number },
): Promise<Preview> {
  const candidate = await shelfWithReasons(models.candidate, history, k);
  const champion = models.champion && (await shelfWithReasons(models.champion, history, k));
  const baseline = { items: await models.baseline.recommend(history, k), reasons: new Map() };
  const live = champion?.items.map(({ itemId }) => itemId);
  const show = (shelf: ShelfWithReasons) => showShelf(shelf, live, items);
  return {
    user,
    note,
    history: history
      .slice(-HISTORY_SHOWN)
      .toReversed()
      .map((itemId) => ({ ...named(items, itemId), genre: items.get(itemId)?.genre ?? null })),
    candidate: show(candidate),
    baseline: show(baseline),
    champion: champion ? show(champion) : null,
  };
}

interface ShelfWithReasons {
  items: Recommendation[];
  reasons: ReadonlyMap<string, readonly string[]>;
}

async function shelfWithReasons(
  served: Served,
  history: readonly string[],
  k: number,
): Promise<ShelfWithReasons> {
  const { items, byPopularity } = await servedShelf(served, history, k);
  return { items, reasons: byPopularity ? new Map() : await becauseOf(served.model, history, items) };
}

function showShelf(
  { items: shelf, reasons }: ShelfWithReasons,
  live: readonly string[] | undefined,
  items: Items,
): ShelfItem[] {
  const changes = changesAgainst(
    shelf.map(({ itemId }) => itemId),
    live,
  );
  return shelf.map(({ itemId, score }, place) => ({
    ...named(items, itemId),
    score,
    genre: items.get(itemId)?.genre ?? null,
    picture: safePicture(items.get(itemId)?.picture),
    because: (reasons.get(itemId) ?? []).map((reason) => named(items, reason)),
    change: changes[place] ?? null,
  }));
}

function named(items: Items, itemId: string): { itemId: string; title: string } {
  return { itemId, title: titleOf(items, itemId) };
}
