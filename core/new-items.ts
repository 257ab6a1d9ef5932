/** Which items of a release are new at a moment: those that became known within a time before it. */

/** So many of the newest may be drawn: each answer looks at them. */
const MOST_DRAWN = 200;

export interface NewItems {
  share: number;
  withinMs: number;
  /** When each item with a time became known, in milliseconds since 1970. */
  since: ReadonlyMap<string, number>;
  /** The same, the newest first; of one time in the order of their names. */
  newest: readonly (readonly [string, number])[];
}

export function toNewItems(of: {
  share: number;
  withinMs: number;
  since: readonly [string, number][];
}): NewItems {
  const { share, withinMs, since } = of;
  const newest = [...since].sort(([one, at], [other, then]) => then - at || (one < other ? -1 : 1));
  return { share, withinMs, since: new Map(since), newest };
}

/** What becomes known later is not new yet. @param now milliseconds since 1970 */
export function isNewAt({ since, withinMs }: NewItems, itemId: string, now: number): boolean {
  const at = since.get(itemId);
  return at !== undefined && at <= now && at > now - withinMs;
}

/**
 * What may be drawn for a list: new, free of rules, not in the list yet, and nothing that the person had. No model knows
 * how well it fits, so its score is 0.
 */
export function newItemsFor(
  newItems: NewItems,
  { history, isFree, now }: { history: readonly string[]; isFree(itemId: string): boolean; now: number },
): { share: number; isNew(itemId: string): boolean; pool: { itemId: string; score: number }[] } {
  const had = new Set(history);
  const may = (itemId: string) => !had.has(itemId) && isFree(itemId);
  return {
    share: newItems.share,
    isNew: (itemId) => isNewAt(newItems, itemId, now),
    pool: drawableAt(newItems, may, now).map((itemId) => ({ itemId, score: 0 })),
  };
}

/** The newest items that are new and that `may` be drawn, 200 at most. */
export function drawableAt(
  { newest, withinMs }: NewItems,
  may: (itemId: string) => boolean,
  now: number,
): string[] {
  const drawable: string[] = [];
  for (const [itemId, at] of newest) {
    if (at <= now - withinMs || drawable.length === MOST_DRAWN) break;
    if (at <= now && may(itemId)) drawable.push(itemId);
  }
  return drawable;
}
