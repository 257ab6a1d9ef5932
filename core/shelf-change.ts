import type { ShelfItem } from "./qa-report.ts";

/** How each item of a shelf stands against another shelf, by place; null for all without one. */
export function changesAgainst(
  shelf: readonly string[],
  other: readonly string[] | undefined,
): ShelfItem["change"][] {
  if (!other) return shelf.map(() => null);
  const places = new Map(other.map((itemId, place) => [itemId, place]));
  return shelf.map((itemId, here) => {
    const there = places.get(itemId);
    if (there === undefined) return "new";
    if (there === here) return "same";
    return here < there ? "up" : "down";
  });
}
