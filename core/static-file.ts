/** The lists of a static file: what everybody gets of a version, by the rules of one moment. */
import { z } from "zod";
import { arrange, poolFor } from "./arrange.ts";
import type { StaticDeployment } from "./definition-deployment.ts";
import { type EditorialRule, rulesAt } from "./editorial-rules.ts";
import { listRules, nextTurn, type ReleaseRules } from "./release-rules.ts";

/** What fills a list up is looked for among the best so many of the popularity list, as servers do. */
const FILL_POOL = 1_000;

const ids = z.array(z.string());
const listsSchema = z.strictObject({
  /** Best first. */
  popular: ids,
  /** By item, what goes with it. */
  similar: z.record(z.string(), ids),
});
export type StaticLists = z.output<typeof listsSchema>;

/** What the file says under its digest. */
export const staticBodySchema = z.strictObject({
  schemaVersion: z.literal(1),
  model: z.string(),
  version: z.int(),
  /** Grows by one with each flip and rollback. */
  fence: z.int(),
  releaseDigest: z.string(),
  /** The date as of which the version's data was read. */
  asOf: z.iso.datetime(),
  writtenAt: z.iso.datetime(),
  /** When it changes by itself, as rules begin and end; null when it doesn't. */
  nextChange: z.iso.datetime().nullable(),
  /** Until then there is nothing but the popularity list, because somebody said so. */
  baselineUntil: z.iso.datetime().nullable(),
  lists: listsSchema,
  countries: z.record(z.string(), listsSchema),
});
export type StaticBody = z.output<typeof staticBodySchema>;

interface Scored {
  itemId: string;
  score: number;
}

/** What a version would say without any rule. */
export interface RawLists {
  /** Best first, some thousand. */
  popular: readonly Scored[];
  /** By item, best first, without the item itself. */
  similar: readonly (readonly [itemId: string, list: readonly Scored[]])[];
}

export interface StaticMoment {
  /** Milliseconds since 1970. */
  now: number;
  urgent: readonly EditorialRule[];
  rules: ReleaseRules | undefined;
  baselineUntil: Date | null;
}

/** The lists for one country, or for whoever says none: those that a server would answer with, exploration left out. */
export function staticLists(
  { popular, similar }: RawLists,
  { k }: Pick<StaticDeployment, "k">,
  { now, urgent, rules: release, baselineUntil }: StaticMoment,
  country: string | undefined,
): StaticLists {
  const rules = listRules(rulesAt(urgent, now), release, { now, country });
  const pool = poolFor(rules, k);
  const arranged = (items: readonly Scored[], except?: string) =>
    arrange(
      items.slice(0, pool),
      () => popular.slice(0, FILL_POOL).filter(({ itemId }) => itemId !== except),
      {
        ...{ rules, k },
      },
    ).items.map(({ itemId }) => itemId);
  const isListOnly = baselineUntil !== null && baselineUntil.getTime() > now;
  return {
    popular: arranged(popular),
    // an item may be called anything, "__proto__" too, so nothing is assigned by its name
    similar: Object.fromEntries(
      isListOnly ? [] : similar.map(([item, list]) => [item, arranged(list, item)] as const),
    ),
  };
}

/** When the lists next change by themselves, in milliseconds since 1970; infinity when they don't. */
export function nextStaticChange({ now, urgent, rules, baselineUntil }: StaticMoment): number {
  const turns = urgent
    .flatMap(({ from, until }) => [from, ...(until === null ? [] : [until])])
    .map(Date.parse);
  return Math.min(
    ...[...turns, ...(baselineUntil ? [baselineUntil.getTime()] : [])].filter((turn) => turn > now),
    rules ? nextTurn(rules, now) : Number.POSITIVE_INFINITY,
  );
}
