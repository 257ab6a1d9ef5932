export interface ShelfItem {
  itemId: string;
  title: string;
}

/** An item on a shelf, and how it stands on the other one. */
export interface MarkedItem extends ShelfItem {
  mark: "same" | "up" | "down" | "only_here";
}

/** Marks each item of `shelf` by its place on `other`; without another shelf nothing is marked. */
export function markDifferences(
  shelf: readonly ShelfItem[],
  other: readonly ShelfItem[] | undefined,
): MarkedItem[] {
  const places = new Map((other ?? []).map(({ itemId }, index) => [itemId, index]));
  return shelf.map(({ itemId, title }, index) => ({
    itemId,
    title,
    mark: other ? markOf(index, places.get(itemId)) : "same",
  }));
}

/** How many items of `shelf` are not on `other`. */
export function countNew(shelf: readonly ShelfItem[], other: readonly ShelfItem[]): number {
  const there = new Set(other.map(({ itemId }) => itemId));
  return shelf.filter(({ itemId }) => !there.has(itemId)).length;
}

function markOf(here: number, there: number | undefined): MarkedItem["mark"] {
  if (there === undefined) return "only_here";
  if (there === here) return "same";
  return here < there ? "up" : "down";
}
