import { type Arranged, arrange, poolFor } from "../core/arrange.ts";
import type { ListRules } from "../core/release-rules.ts";
import type { Recommendation as ShelfItem } from "../core/shelf-count.ts";
import type { Recommendation, Recommender } from "./recommender.ts";

/** As the server's: what meets a share is looked for among the best so many of the popularity list. */
const FILL_POOL = 1_000;

/** A model with the popularity list of its release, which answers where the model knows nothing. */
export interface Served {
  model: Recommender;
  fallback: Recommender;
  /** Editorial rules of its release; undefined where it has none. */
  rules?: ListRules | undefined;
}

export interface ServedShelf {
  items: ShelfItem[];
  byPopularity: boolean;
}

export interface ShownShelf extends Arranged {
  byPopularity: boolean;
  hides: ListRules["hides"];
  /** The best `k` before any rule. */
  asAnswered: readonly Recommendation[];
}

/**
 * The shelf by the release's rules: without a history, or where the model knows nothing in it, of the popularity list.
 * It is not filled up, so that what a model cannot give is seen.
 */
export async function servedShelf(
  served: Served,
  history: readonly string[],
  k: number,
): Promise<ServedShelf> {
  const pool = served.rules ? poolFor(served.rules, k) : k;
  const { items, byPopularity } = await answered(served, history, pool);
  if (!served.rules) return { items, byPopularity };
  return { items: unfilled(await byRules(served, items, history, k)), byPopularity };
}

/** The same as a server answers it: filled up, each item with the rule that put it there. */
export async function shownShelf(served: Served, history: readonly string[], k: number): Promise<ShownShelf> {
  const pool = served.rules ? poolFor(served.rules, k) : k;
  const { items, byPopularity } = await answered(served, history, pool);
  const shown = await byRules(served, items, history, k, true);
  const { hides } = served.rules ?? NO_RULES;
  const isList = byPopularity || served.model === served.fallback;
  const placed = isList ? shown.items.map((item) => ({ ...item, isFilled: false })) : shown.items;
  return { ...shown, items: placed, byPopularity, hides, asAnswered: items.slice(0, k) };
}

/** What these rules make of an answer. @param isFull whether it is filled up */
export async function byRules(
  { fallback, rules = NO_RULES }: Pick<Served, "fallback" | "rules">,
  answer: readonly Recommendation[],
  history: readonly string[],
  k: number,
  isFull = false,
): Promise<Arranged> {
  const needsFill = isFull || rules.shares.length > 0 || rules.apart.length > 0;
  const fill = needsFill ? await fallback.recommend(history, FILL_POOL) : [];
  return arrange(answer, () => fill, { rules, k });
}

/** Without what only fills up; what a share needs stays. */
export function unfilled({ items }: Arranged): ShelfItem[] {
  return items
    .filter(({ isFilled, rule }) => !isFilled || rule)
    .map(({ itemId, score, rule }) => ({ itemId, score, ...(rule && { rule: rule.kind }) }));
}

async function answered({ model, fallback }: Served, history: readonly string[], k: number) {
  const own = history.length === 0 ? [] : await model.recommend(history, k);
  if (own.length > 0) return { items: own, byPopularity: false };
  return { items: await fallback.recommend(history, k), byPopularity: true };
}

const NO_RULES: ListRules = {
  ...{ hides: () => undefined, boosts: new Map(), pins: [], shares: [], apart: [] },
  ...{ hidden: 0, hasLicences: false },
};
