/** The items table as a report needs it: what may be recommended, and how a person calls it. */

export interface ItemFacts {
  title: string | null;
  /** Null without one, and when the definition names no column for it (`qa.display`). */
  genre: string | null;
  /** Address of a picture. */
  picture: string | null;
}

/** By item id; items that aren't in it cannot be recommended. */
export type Items = ReadonlyMap<string, ItemFacts>;

/** Title of an item for a person: its id where the items table has none. */
export function titleOf(items: Items, itemId: string): string {
  return items.get(itemId)?.title ?? itemId;
}
