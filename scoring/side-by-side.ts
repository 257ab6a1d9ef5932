/** One person's shelves beside each other, as a reviewer looks at them. */
import { safePicture } from "../core/picture.ts";
import { type Items, titleOf } from "../core/qa-items.ts";
import type { Preview, ShelfItem, TakenItem } from "../core/qa-report.ts";
import { changesAgainst } from "../core/shelf-change.ts";
import { becauseOf } from "./because.ts";
import { type Served, type ShownShelf, shownShelf } from "./served-shelf.ts";

/** Newest items of a history that a reviewer sees. */
const HISTORY_SHOWN = 10;

export interface ModelsSideBySide {
  candidate: Served;
  /** The popularity list of the same run. */
  baseline: Served;
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
    baseline: { shown: await shownShelf(models.baseline, history, k), reasons: new Map() },
    champion: models.champion && (await shelfWithReasons(models.champion, history, k)),
  };
}

/** Every item that the second half names. */
export function itemsOf({ of, candidate, baseline, champion }: AskedSides): string[] {
  const shelves = [candidate, baseline, ...(champion ? [champion] : [])];
  const shown = shelves.flatMap(({ shown: { items, asAnswered }, reasons }) => [
    ...[...items, ...asAnswered].map(({ itemId }) => itemId),
    ...[...reasons.values()].flat(),
  ]);
  return [...new Set([...of.history.slice(-HISTORY_SHOWN), ...shown])];
}

/** The second half: titles, genres, pictures, and how items moved. */
export function showSides({ of, candidate, baseline, champion }: AskedSides, items: Items): Preview {
  const live = champion?.shown.items.map(({ itemId }) => itemId);
  const { unmet } = candidate.shown;
  const taken = takenFrom(candidate.shown, items);
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
    ...(taken.length > 0 && { taken }),
    ...(unmet.length > 0 && { rulesUnmet: unmet }),
  };
}

/** What the model gave and rules took away. */
function takenFrom({ asAnswered, items: shown, hides }: ShownShelf, items: Items): TakenItem[] {
  const stays = new Set(shown.map(({ itemId }) => itemId));
  return asAnswered
    .filter(({ itemId }) => !stays.has(itemId))
    .map(({ itemId }) => {
      const rule = hides(itemId);
      return { ...named(items, itemId), rule: rule ? { kind: rule.kind, name: rule.name ?? "" } : null };
    });
}

interface ShelfWithReasons {
  shown: ShownShelf;
  reasons: ReadonlyMap<string, readonly string[]>;
}

async function shelfWithReasons(
  served: Served,
  history: readonly string[],
  k: number,
): Promise<ShelfWithReasons> {
  const shown = await shownShelf(served, history, k);
  const own = shown.items.filter(({ rule, isFilled }) => rule?.kind !== "pin" && !isFilled);
  return { shown, reasons: shown.byPopularity ? new Map() : await becauseOf(served.model, history, own) };
}

function showShelf(
  { shown: { items: shelf }, reasons }: ShelfWithReasons,
  live: readonly string[] | undefined,
  items: Items,
): ShelfItem[] {
  const changes = changesAgainst(
    shelf.map(({ itemId }) => itemId),
    live,
  );
  return shelf.map(({ itemId, score, rule, isFilled }, place) => ({
    ...named(items, itemId),
    score,
    genre: items.get(itemId)?.genre ?? null,
    picture: safePicture(items.get(itemId)?.picture),
    because: (reasons.get(itemId) ?? []).map((reason) => named(items, reason)),
    change: changes[place] ?? null,
    ...(rule && { rule: { kind: rule.kind, name: rule.name ?? "" } }),
    ...(isFilled && { filled: true as const }),
  }));
}

function named(items: Items, itemId: string): { itemId: string; title: string } {
  return { itemId, title: titleOf(items, itemId) };
}
