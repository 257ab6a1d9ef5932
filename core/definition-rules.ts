/** What editors say in the definition of what lists show, whatever a model thinks: part of what people sign. */
import { z } from "zod";
import { duration, name, share } from "./definition-values.ts";

/** As ISO 3166-1 has them, such as `DE`. */
export const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'is not a country; write its two capital letters, as in "DE"');
const time = z.iso.datetime({
  offset: true,
  error: 'is not a time; write it with its zone, as in "2026-12-24T18:00:00+01:00"',
});
const item = z.string().min(1, "is empty; name the item");

/** Every rule has a name, by which an answer says why. */
const named = { name };
/** When and where a rule holds; always and everywhere when left out. */
const held = {
  from: time.optional(),
  until: time.optional(),
  countries: z.array(country).min(1, "is empty; name at least one, or leave it out").optional(),
};

const banSchema = z.strictObject({ kind: z.literal("ban"), ...named, item, ...held });
const pinSchema = z.strictObject({
  ...{ kind: z.literal("pin"), ...named, item },
  /** The place, from 1. */
  rank: z.int().min(1).max(100),
  ...held,
});
const boostSchema = z.strictObject({
  ...{ kind: z.literal("boost"), ...named, item },
  /** Its score is multiplied by it; below 1 it moves down. */
  factor: z.number().positive().max(1_000),
  ...held,
});
/** One item is to be had in this time and these countries only. */
const windowSchema = z.strictObject({ kind: z.literal("window"), ...named, item, ...held });
/** Each item is to be had only in the countries that this column of the items table names, as in `DE|AT`. */
const licenceSchema = z.strictObject({ kind: z.literal("licence"), ...named, column: name });
const shareSchema = z.strictObject({
  ...{ kind: z.literal("share"), ...named },
  /** Column of the items table; several values in one cell stand between strokes, as in `Comedy|Drama`. */
  column: name,
  value: z.string().min(1),
  /** Of the places of a list, rounded down. */
  atLeast: share.optional(),
  /** Of the places of a list, rounded up. */
  atMost: share.optional(),
});
/** Two items that have a value of this column in common never stand directly after one another. */
const apartSchema = z.strictObject({ kind: z.literal("apart"), ...named, column: name });

export const rulesSchema = z
  .array(
    z.discriminatedUnion("kind", [
      banSchema,
      pinSchema,
      boostSchema,
      windowSchema,
      licenceSchema,
      shareSchema,
      apartSchema,
    ]),
  )
  .max(1_000);

/** A small share of places that shows what a model would not show yet. Off when left out. */
export const explorationSchema = z.strictObject({
  share: z.number().gt(0).max(0.5),
  /** So many of the model's next items may come. */
  pool: z.int().min(1).max(1_000).default(50),
});

/** A least share of all places for items that are new, which no model knows yet. Off when left out. */
export const newItemsSchema = z.strictObject({
  share: z.number().gt(0).max(0.5),
  /** For how long an item is new. */
  within: duration,
  /** Column of the items table, of a time: when the item became known. */
  column: name,
});

export type DefinedRule = z.output<typeof rulesSchema>[number];

/** Columns of the items table by which lists may be asked for, as of one genre. */
export const filtersSchema = z.array(name).min(1, "is empty; leave it out").max(10);

/** The rules' and filters' columns of the items table, each once, in order. */
export function columnsOfRules(rules: readonly DefinedRule[], filters: readonly string[] = []): string[] {
  const named = rules.flatMap((rule) => ("column" in rule ? [rule.column] : []));
  return [...new Set([...named, ...filters])].sort();
}

/** The items that rules name, each once. */
export function itemsOfRules(rules: readonly DefinedRule[]): string[] {
  return [...new Set(rules.flatMap((rule) => ("item" in rule ? [rule.item] : [])))];
}

/** Whether somebody's country decides what they are shown. */
export function askForCountry(rule: DefinedRule): boolean {
  return rule.kind === "licence" || ("countries" in rule && rule.countries !== undefined);
}
