/** The editorial rules of a release as its artifact has them: what a server needs of them, without any table. */
import { z } from "zod";
import { country, type DefinedRule, explorationSchema, rulesSchema } from "./definition-rules.ts";
import type { ActiveRules } from "./editorial-rules.ts";
import { BrokenPromise } from "./errors.ts";
import { genresIn } from "./genres.ts";
import { type NewItems, toNewItems } from "./new-items.ts";

/** Pairs and no objects: an item's id may be anything, `__proto__` too. */
const releaseRulesSchema = z.strictObject({
  schemaVersion: z.literal(1),
  rules: rulesSchema,
  defaultCountry: country.optional(),
  exploration: explorationSchema.optional(),
  /** Columns by which lists may be asked for; their cells are among the values. */
  filters: z.array(z.string()).optional(),
  /** A least share for new items; `since`: when each item became known, in milliseconds since 1970. */
  newItems: z
    .strictObject({
      share: z.number().gt(0).max(0.5),
      withinMs: z.int().positive(),
      since: z.array(z.tuple([z.string(), z.int()])),
    })
    .optional(),
  /** Items that rules name and the items table has. What it lacks is never put on a list. */
  known: z.array(z.string()),
  /** By column that a rule or filter names: items and their cells, those that are empty left out. */
  values: z.array(z.strictObject({ column: z.string(), cells: z.array(z.tuple([z.string(), z.string()])) })),
});
export type ReleaseRulesFile = z.output<typeof releaseRulesSchema>;

/** The same, ready to be asked. */
export interface ReleaseRules
  extends Pick<ReleaseRulesFile, "rules" | "defaultCountry" | "exploration" | "filters"> {
  newItems?: NewItems;
  known: ReadonlySet<string>;
  /** Values by item, by column. */
  values: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;
}

/** @throws {BrokenPromise} the bytes are no rules of a release */
export function readReleaseRules(bytes: Uint8Array): ReleaseRules {
  try {
    return toReleaseRules(releaseRulesSchema.parse(JSON.parse(new TextDecoder().decode(bytes))));
  } catch (cause) {
    throw new BrokenPromise("a release's rules: cannot be read by this Holt; run again, or upgrade it", {
      cause,
    });
  }
}

export function toReleaseRules(file: ReleaseRulesFile): ReleaseRules {
  const { rules, defaultCountry, exploration, newItems, filters, known, values } = file;
  return {
    rules,
    ...(exploration && { exploration }),
    ...(filters && { filters }),
    ...(newItems && { newItems: toNewItems(newItems) }),
    ...(defaultCountry !== undefined && { defaultCountry }),
    known: new Set(known),
    values: new Map(
      values.map(({ column, cells }) => [
        column,
        new Map(cells.map(([itemId, cell]) => [itemId, genresIn(cell)])),
      ]),
    ),
  };
}

/** How many places of a list items with a value may take. */
export interface ShareRule {
  name: string;
  column: string;
  has(itemId: string): boolean;
  atLeast: number;
  atMost: number;
}

export interface ApartRule {
  name: string;
  column: string;
  valuesOf(itemId: string): readonly string[];
}

/** All that decides on one list: what people said in a hurry, over what the release says. */
export interface ListRules {
  /** The rule that keeps an item away; undefined when none does. */
  hides(itemId: string): HidingRule | undefined;
  /** By item. */
  boosts: ReadonlyMap<string, { factor: number; name: string | undefined }>;
  /** In the order of their places. */
  pins: readonly { itemId: string; rank: number; name: string | undefined }[];
  shares: readonly ShareRule[];
  apart: readonly ApartRule[];
  /** Most items that are kept away by their names; licences keep away any number. */
  hidden: number;
  hasLicences: boolean;
}

export interface HidingRule {
  kind: "ban" | "window" | "licence";
  /** In the definition; undefined of what somebody said in a hurry, and of a filter. */
  name: string | undefined;
}

/**
 * What holds for somebody at one moment. What people said in a hurry wins: their pin shows an item that the definition
 * bans, and comes before its pin of the same place; their boost replaces its boost. Only a window and a licence are no wishes, so
 * nobody can pin an item over them.
 * @param moment milliseconds since 1970, and where the person is
 */
export function listRules(
  urgent: ActiveRules,
  release: ReleaseRules | undefined,
  moment: { now: number; country: string | undefined },
): ListRules {
  const defined = release && heldRules(release, moment);
  const urgentlyPinned = new Set(urgent.pins.map(({ itemId }) => itemId));
  const hides = (itemId: string): HidingRule | undefined => {
    if (urgent.banned.has(itemId)) return { kind: "ban", name: undefined };
    const hiding = defined?.hides(itemId);
    return hiding?.kind === "ban" && urgentlyPinned.has(itemId) ? undefined : hiding;
  };
  const pins = [
    ...urgent.pins.map((pin) => ({ ...pin, name: undefined })),
    ...(defined?.pins ?? []).filter(({ itemId }) => !urgentlyPinned.has(itemId)),
  ];
  const boosts = new Map<string, { factor: number; name: string | undefined }>(defined?.boosts);
  for (const [itemId, factor] of urgent.boosts) boosts.set(itemId, { factor, name: undefined });
  return {
    ...{ hides, boosts },
    pins: pins.filter(({ itemId }) => !hides(itemId)).sort((one, other) => one.rank - other.rank),
    shares: defined?.shares ?? [],
    apart: defined?.apart ?? [],
    hidden: urgent.banned.size + (defined?.hidden ?? 0),
    hasLicences: defined?.hasLicences ?? false,
  };
}

function heldRules(
  { rules, values, known, defaultCountry }: ReleaseRules,
  { now, country: asked }: { now: number; country: string | undefined },
): ListRules {
  const where = asked ?? defaultCountry;
  const holds = (rule: DefinedRule) => !("item" in rule) || isWithin(rule, now, where);
  const none: ReadonlyMap<string, readonly string[]> = new Map();
  const valuesOf = (column: string) => values.get(column) ?? none;
  const banned = new Map<string, HidingRule>();
  /** Null where one of an item's windows is open. */
  const closed = new Map<string, HidingRule | null>();
  const boosts = new Map<string, { factor: number; name: string }>();
  const pins: ListRules["pins"][number][] = [];
  const licences: { name: string; countries: ReadonlyMap<string, readonly string[]> }[] = [];
  const shares: ShareRule[] = [];
  const apart: ApartRule[] = [];
  for (const rule of rules) {
    const { kind, name } = rule;
    if (kind === "licence") licences.push({ name, countries: valuesOf(rule.column) });
    else if (kind === "apart") {
      const of = valuesOf(rule.column);
      apart.push({ name, column: rule.column, valuesOf: (itemId) => of.get(itemId) ?? [] });
    } else if (kind === "share") {
      const { column, value, atLeast = 0, atMost = 1 } = rule;
      const of = valuesOf(column);
      const has = (itemId: string) => of.get(itemId)?.includes(value) ?? false;
      shares.push({ name, column, has, atLeast, atMost });
    } else if (kind === "window") {
      const isOpen = holds(rule) || closed.get(rule.item) === null;
      closed.set(rule.item, isOpen ? null : { kind, name });
    } else if (holds(rule)) {
      if (kind === "boost") boosts.set(rule.item, { factor: rule.factor, name });
      else if (kind === "pin") pins.push({ itemId: rule.item, rank: rule.rank, name });
      else banned.set(rule.item, { kind, name });
    }
  }
  const hides = (itemId: string): HidingRule | undefined => {
    const licence = licences.find(
      ({ countries }) => where === undefined || !countries.get(itemId)?.includes(where),
    );
    if (licence) return { kind: "licence", name: licence.name };
    return closed.get(itemId) ?? banned.get(itemId);
  };
  return {
    ...{ hides, boosts, shares, apart, hidden: banned.size + closed.size },
    hasLicences: licences.length > 0,
    pins: pins.filter(({ itemId }) => known.has(itemId)),
  };
}

function isWithin(
  { from, until, countries }: Extract<DefinedRule, { item: string }>,
  now: number,
  where: string | undefined,
): boolean {
  return (
    (from === undefined || Date.parse(from) <= now) &&
    (until === undefined || Date.parse(until) > now) &&
    (countries === undefined || (where !== undefined && countries.includes(where)))
  );
}

/** When what the rules say next changes by itself, in milliseconds since 1970; infinity when it doesn't. */
export function nextTurn({ rules }: ReleaseRules, now: number): number {
  const turns = rules.flatMap((rule) => ("item" in rule ? [rule.from, rule.until] : []));
  return Math.min(
    ...turns.flatMap((turn) => (turn === undefined ? [] : [Date.parse(turn)])).filter((turn) => turn > now),
  );
}
