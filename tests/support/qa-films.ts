import { type DefinitionInput, definitionSchema } from "../../core/definition.ts";
import type { Items } from "../../core/qa-items.ts";
import { type ItemValues, weighItems } from "../../core/qa-values.ts";
import type { Recommendation } from "../../core/shelf-count.ts";

/** Five films, for tests of the report's parts. */
export const FILMS: Items = new Map(
  ["Alien", "Brazil", "Casablanca", "Dune", "Eraserhead"].map((title) => [
    title.charAt(0).toLowerCase(),
    { title, genre: null, picture: null },
  ]),
);

/** What they earn: `a` most, `e` nothing. */
export const FILM_VALUES: ItemValues = weighItems(
  "plays",
  new Map([
    ["a", 50],
    ["b", 30],
    ["c", 15],
    ["d", 5],
  ]),
  FILMS,
);

export function ranked(...itemIds: string[]): Recommendation[] {
  return itemIds.map((itemId, rank) => ({ itemId, score: 1 / (rank + 1) }));
}

/** The settings as a definition with shelves of two has them. */
export function defineQa(qa: DefinitionInput["qa"]) {
  const rest = { sources: {}, features: {}, interactions: "interactions", items: "items" };
  return definitionSchema.parse({ name: "movies", ...rest, evaluation: { k: 2 }, qa });
}
