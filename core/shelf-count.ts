/** What a pass over people's shelves found, kept as counts: memory grows with the items, never with the people. */

export interface Recommendation {
  itemId: string;
  score: number;
  /** The editorial rule that put it here, whatever its score; a pin also whoever had it. */
  rule?: "pin" | "boost" | "share" | "apart";
}

/** Least people a share is told from; below it a check says `inconclusive`. */
export const FEWEST_PEOPLE = 30;

export class ShelfCount {
  readonly k: number;
  people = 0;
  /** People who were shown `k` different items by the model itself. */
  fullShelves = 0;
  /** Shelves with an item that the person has seen. */
  shelvesWithSeenItems = 0;
  /** Shelves out of order, with an item twice, or with a score that is no finite number. */
  unsoundShelves = 0;
  /** How many people each item was shown to. */
  readonly shownTo = new Map<string, number>();

  constructor(k: number) {
    this.k = k;
  }

  /**
   * Counts one person's shelf: what they had seen, and what they are shown, best first.
   * @param isOwn whether the model answered; false when the popularity list stood in for it
   */
  add(history: readonly string[], shelf: readonly Recommendation[], isOwn = true): void {
    const shown = new Set(shelf.map(({ itemId }) => itemId));
    this.people += 1;
    if (isOwn && shown.size >= this.k) this.fullShelves += 1;
    if (hasSeen(history, shelf)) this.shelvesWithSeenItems += 1;
    if (shown.size < shelf.length || !isRanked(shelf)) this.unsoundShelves += 1;
    for (const itemId of shown) this.shownTo.set(itemId, (this.shownTo.get(itemId) ?? 0) + 1);
  }
}

/** Whether something comes again that nobody pinned. */
function hasSeen(history: readonly string[], shelf: readonly Recommendation[]): boolean {
  const shown = new Set(shelf.filter(({ rule }) => rule !== "pin").map(({ itemId }) => itemId));
  return history.some((itemId) => shown.has(itemId));
}

/** Whether scores are finite, and fall where no rule moved an item. */
export function isRanked(shelf: readonly Recommendation[]): boolean {
  const ofModel = shelf.filter(({ rule }) => rule === undefined || rule === "boost");
  return (
    shelf.every(({ score }) => Number.isFinite(score)) &&
    ofModel.every(({ score }, rank) => score <= (ofModel[rank - 1]?.score ?? Number.POSITIVE_INFINITY))
  );
}
