/** Lists of one kind of items only, as of a genre: by the columns that a definition lists under `filters`. */
import { z } from "zod";
import { InvalidInput } from "./errors.ts";
import type { HidingRule, ListRules, ReleaseRules } from "./release-rules.ts";

/** So many items are asked of a model beyond the list's own: of a rare genre the popularity list has to fill up. */
export const FILTER_POOL = 1_000;
const MOST_FILTERS = 5;

const filterValue = z
  .string()
  .min(1, "is empty; name the value")
  .max(200, "is too long; write 200 characters at most");

/** Values by column; all of them must hold. */
export const filtersSchema = z
  .record(z.string().max(40), filterValue)
  .refine(
    (filters) => Object.keys(filters).length <= MOST_FILTERS,
    `has too many entries; send ${MOST_FILTERS} at most`,
  );
export type Filters = z.output<typeof filtersSchema>;

const EXAMPLE = 'write column and value with a colon between, as in "genre:Drama"';
const written = z
  .string()
  .max(250, "is too long; write 250 characters at most")
  .regex(/^[a-z][a-z0-9_]*:./s, `is not a filter; ${EXAMPLE}`);

/** `filter=genre:Drama`, several of them one after the other. */
export const filterQuerySchema = z
  .union([written, z.array(written)], `is not a filter; ${EXAMPLE}`)
  .refine((one) => [one].flat().length <= MOST_FILTERS, `comes too often; write ${MOST_FILTERS} at most`)
  .transform((one): Filters => Object.fromEntries([one].flat().map(columnAndValue)));

function columnAndValue(filter: string): [string, string] {
  const colon = filter.indexOf(":");
  return [filter.slice(0, colon), filter.slice(colon + 1)];
}

/** Whether an item has these values. @throws {InvalidInput} a column is none of the definition's filters */
export function matcherOf(release: ReleaseRules | undefined, filters: Filters): (itemId: string) => boolean {
  const known = release?.filters ?? [];
  const wanted = Object.entries(filters).map(([column, value]) => {
    if (!known.includes(column))
      throw new InvalidInput(
        known.length === 0
          ? `filter "${column}": the live version's definition has no "filters"; ask without, or list the column there and run again`
          : `filter "${column}": is not one of the live version's; known are ${known.map((one) => `"${one}"`).join(", ")}`,
      );
    return { of: release?.values.get(column), value };
  });
  return (itemId) => wanted.every(({ of, value }) => of?.get(itemId)?.includes(value) ?? false);
}

/** Columns whose value no item has at all, so that a list had to be empty. */
export function valuesOfNobody(release: ReleaseRules | undefined, filters: Filters): string[] {
  return Object.entries(filters).flatMap(([column, value]) => {
    const cells = release?.values.get(column);
    return cells && [...cells.values()].some((values) => values.includes(value)) ? [] : [column];
  });
}

/** As a window that is not open in this list; who asks for a list is told nothing of what it leaves out. */
const FILTERED: HidingRule = { kind: "window", name: undefined };

/** Rules that hide whatever a filter leaves out too, pins among it. */
export function narrowed(rules: ListRules, matches: (itemId: string) => boolean): ListRules {
  return {
    ...rules,
    hides: (itemId) => (matches(itemId) ? rules.hides(itemId) : FILTERED),
    pins: rules.pins.filter(({ itemId }) => matches(itemId)),
  };
}
