/** What the checks of a report share. */
import { type Items, titleOf } from "./qa-items.ts";
import type { Check } from "./qa-report.ts";
import { formatCount, plural } from "./words.ts";

/** A check, and its finding as a clause of the report's headline, where it has one. */
export type ToldCheck = Check & {
  /** `20 of 40 must-have items (“Toy Story”, “Fargo” and 18 more) are shown to nobody` */
  clause?: string;
};

/** Most examples that a check names; a reviewer needs some, not a thousand. */
export const MOST_EXAMPLES = 20;
/** Names in one sentence, and characters of each: a title may be a paragraph. */
const FEW = 3;
const LONGEST_NAME = 40;

/** A title between quotes, cut where it is long: `“Toy Story (1995)”`. */
export function quote(title: string): string {
  const letters = Array.from(title);
  return `“${letters.length <= LONGEST_NAME ? title : `${letters.slice(0, LONGEST_NAME - 1).join("")}…`}”`;
}

export function quoteItem(items: Items, itemId: string): string {
  return quote(titleOf(items, itemId));
}

/**
 * The first few, and how many more: `“A”, “B”, “C” and 17 more`.
 * @param all how many there are, when `names` has only the first of them
 */
export function nameFew(names: readonly string[], all = names.length): string {
  // Cutting one name off saves no room.
  if (all <= Math.min(FEW + 1, names.length)) return inARow(names);
  return `${names.slice(0, FEW).join(", ")} and ${formatCount(all - Math.min(FEW, names.length))} more`;
}

/** `“A”, “B” and “C”` */
function inARow(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** `nobody`, `1 person`, `1,204 people`. */
export function countPeople(people: number): string {
  return people === 0 ? "nobody" : plural(people, "person", "people");
}
