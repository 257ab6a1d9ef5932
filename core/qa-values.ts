/** What each item earns. */
import type { Items } from "./qa-items.ts";

export interface ItemValues {
  /** What it is counted in, such as `plays` or `spend in EUR`. */
  label: string;
  of(itemId: string): number;
  /** Of all items of the items table. */
  total: number;
  /** Of items that aren't in the items table, so that nobody can be shown them. */
  outside: number;
}

/** @param values by item id, 0 or more each; an item without one earns nothing */
export function weighItems(label: string, values: ReadonlyMap<string, number>, items: Items): ItemValues {
  let total = 0;
  let outside = 0;
  for (const [itemId, value] of values)
    if (items.has(itemId)) total += value;
    else outside += value;
  return { label, of: (itemId) => values.get(itemId) ?? 0, total, outside };
}

/** An order by value, the dearest first; equal ones by id. */
export function byValue({ of }: ItemValues): (a: string, b: string) => number {
  return (a, b) => of(b) - of(a) || (a < b ? -1 : a > b ? 1 : 0);
}
