import { gainOver } from "../lib/format.ts";

export interface ShelfItem {
  itemId: string;
  title: string;
}

/** An item on a shelf, and how it stands on the other one. */
export interface MarkedItem extends ShelfItem {
  /** From 1. */
  rank: number;
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
    rank: index + 1,
    mark: other ? markOf(index, places.get(itemId)) : "same",
  }));
}

/** How many items of `shelf` are not on `other`. */
export function countNew(shelf: readonly ShelfItem[], other: readonly ShelfItem[]): number {
  const there = new Set(other.map(({ itemId }) => itemId));
  return shelf.filter(({ itemId }) => !there.has(itemId)).length;
}

/** `58 % better`, `as good`, in words; undefined when it can't be told. */
export function inWords(value: number | null, reference: number | null): string | undefined {
  const gain = gainOver(value, reference);
  if (gain === undefined) return undefined;
  const percent = Math.round(Math.abs(gain) * 100);
  if (percent === 0) return "as good as";
  return `${percent} % ${gain > 0 ? "better than" : "worse than"}`;
}

function markOf(here: number, there: number | undefined): MarkedItem["mark"] {
  if (there === undefined) return "only_here";
  if (there === here) return "same";
  return here < there ? "up" : "down";
}
