/** One row of what a batch reads: a person, a session's items, or both. */

/** As of a request of many lists (core/answers.ts). */
const LONGEST_ID = 200;
const MOST_ITEMS = 100;
const COUNTRY = /^[A-Z]{2}$/;

export interface BatchRow {
  userId: string | null;
  /** What was just watched, oldest first; after the person's own history. */
  items: string[];
  country: string | null;
}

/**
 * Reads the cells of a row; an empty one is as none. Items stand between strokes, as in `i1|i2`, or as a JSON array.
 * @returns the row, or why it is set aside, as in `has neither a user nor items`
 */
export function readBatchRow(cells: {
  userId: string | null;
  items: string | null;
  country: string | null;
}): BatchRow | { fault: string } {
  const userId = cells.userId === null || cells.userId === "" ? null : cells.userId;
  const country = cells.country === null || cells.country === "" ? null : cells.country;
  const items = itemsIn(cells.items ?? "");
  if (items === undefined) return { fault: "its items are no JSON array of texts" };
  if (userId === null && items.length === 0) return { fault: "has neither a user nor items" };
  if (userId !== null && userId.length > LONGEST_ID)
    return { fault: `its user is longer than ${LONGEST_ID} characters` };
  if (items.length > MOST_ITEMS) return { fault: `has ${items.length} items, more than ${MOST_ITEMS}` };
  if (items.some((item) => item.length > LONGEST_ID))
    return { fault: `one of its items is longer than ${LONGEST_ID} characters` };
  if ([userId ?? "", ...items].some((text) => text.includes("\0") || !text.isWellFormed()))
    return { fault: "has a character that no text has" };
  if (country !== null && !COUNTRY.test(country)) return { fault: "its country is not two capital letters" };
  return { userId, items, country };
}

/** Undefined when what looks like JSON is no array of texts. */
function itemsIn(cell: string): string[] | undefined {
  const written = cell.trim();
  if (!written.startsWith("[")) return written.split("|").filter((item) => item !== "");
  try {
    const parsed: unknown = JSON.parse(written);
    const isTexts = Array.isArray(parsed) && parsed.every((item) => typeof item === "string" && item !== "");
    return isTexts ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The history that a list goes by: what was just watched comes last, each item once. */
export function historyWith(own: readonly string[], items: readonly string[]): readonly string[] {
  if (items.length === 0) return own;
  const newest = new Set(items.toReversed());
  return [...own.filter((item) => !newest.has(item)), ...[...newest].reverse()];
}
