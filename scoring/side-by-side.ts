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

/** What the models answered for somebody, before it is known how a person calls the items. */
export interface AskedSides {
  of: LookedAt;
  candidate: ShelfWithReasons;
  baseline: ShelfWithReasons;
  champion: ShelfWithReasons | undefined;
}

/**
 * The shelves as this person would be served them, each item with what is known of it, how it moved against the
 * champion's shelf, and why it is there where a model answered.
 */
export async function sideBySide(
  models: ModelsSideBySide,
  of: LookedAt,
  { items, k }: { items: Items; k: number },
): Promise<Preview> {
  return showSides(await askSides(models, of, k), items);
}

/** The first half of it: asks the models. */
export async function askSides(models: ModelsSideBySide, of: LookedAt, k: number): Promise<AskedSides> {
  const { history } = of;
  return {
    of,
    candidate: await shelfWithReasons(models.candidate, history, k),
    baseline: { items: await models.baseline.recommend(history, k), reasons: new Map() },
    champion: models.champion && (await shelfWithReasons(models.champion, history, k)),
  };
}

/** Every item that the second half names. */
export function itemsOf({ of, candidate, baseline, champion }: AskedSides): string[] {
  const shelves = [candidate, baseline, ...(champion ? [champion] : [])];
  const shown = shelves.flatMap(({ items, reasons }) => [
    ...items.map(({ itemId }) => itemId),
    ...[...reasons.values()].flat(),
  ]);
  return [...new Set([...of.history.slice(-HISTORY_SHOWN), ...shown])];
}

/** The second half: titles, genres, pictures, and how items moved. */
export function showSides({ of, candidate, baseline, champion }: AskedSides, items: Items): Preview {
  const live = champion?.items.map(({ itemId }) => itemId);
  const show = (shelf: ShelfWithReasons) => showShelf(shelf, live, items);
  return {
    user: of.user,
    note: of.note,
    history: of.history
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
