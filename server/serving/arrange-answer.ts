/** From what a model or the popularity list answered to the list that the person sees. */
import { type Arranged, arrange, type Placed, poolFor } from "../../core/arrange.ts";
import { explore } from "../../core/explore.ts";
import { FILTER_POOL, type Filters, matcherOf, narrowed, valuesOfNobody } from "../../core/filters.ts";
import { newItemsFor } from "../../core/new-items.ts";
import type { ListRules } from "../../core/release-rules.ts";
import { unseenOf } from "../../scoring/popularity-list.ts";
import { drawsOf } from "../../store/draws.ts";
import type { RolloutAnswer } from "./rollout/answer-in-rollout.ts";
import type { Loaded } from "./served-version.ts";
import type { Lease } from "./slot.ts";

/** What fills a list up, or meets a share, is looked for among the best so many of the popularity list. */
const FILL_POOL = 1_000;

/** Whom a list is for. */
export interface For {
  history: readonly string[];
  country: string | undefined;
  /** Only items with these values. */
  filters: Filters | undefined;
  k: number;
  /** The recommendation's id, from which what is drawn follows. */
  id: string;
}

export interface AnsweredList extends Arranged {
  items: (Placed & { isExplored?: boolean; isDrawnAsNew?: boolean })[];
  /** How likely each place was to show what it shows; left out where nothing could be drawn. */
  propensities?: number[];
  /** Columns of filters whose value no item has; left out of lists that have something. */
  filtersUnmet?: string[];
}

/** How many items to ask for: whichever version answers, enough are left by its rules. */
export function poolOf(
  { model, beside, arms, rulesOf }: Lease,
  { k, country, filters }: Pick<For, "k" | "country" | "filters">,
): number {
  if (filters) matcherOf(model.rules, filters); // refused before any work is done
  const more = filters ? FILTER_POOL : 0;
  const poolBy = (version: Loaded) =>
    more + poolFor(rulesOf(version, country), k) + (version.rules?.exploration?.pool ?? 0);
  if (!beside && arms.size === 0) return poolBy(model); // most answers
  const versions = [model, ...(beside ? [beside.served.loaded] : []), ...arms.values()];
  return Math.max(...versions.map(poolBy));
}

/** The list, by the rules of the version that answered and by what people said; filled up by popularity. */
export function arrangeAnswer(
  { rulesOf, model }: Lease,
  { by, items, fallback }: Pick<RolloutAnswer, "by" | "items" | "fallback">,
  { history, country, filters, k, id }: For,
): AnsweredList {
  // A version that is being rolled out may not have the live one's filters yet: items are the same ones.
  const release = filters && filtersAre(by, filters) ? by.rules : model.rules;
  const matches = filters && matcherOf(release, filters);
  const fill = () =>
    unseenOf(matches ? by.popular.filter(({ itemId }) => matches(itemId)) : by.popular, history, FILL_POOL);
  const rules = matches ? narrowed(rulesOf(by, country), matches) : rulesOf(by, country);
  const arranged: AnsweredList = arrange(items, fill, { rules, k });
  if (filters && arranged.items.length === 0) arranged.filtersUnmet = valuesOfNobody(release, filters);
  const isList = fallback || by.artifactDigest === by.fallbackDigest;
  const list = isList ? arranged.items.map((item) => ({ ...item, isFilled: false })) : arranged.items;
  const exploration = isList ? undefined : by.rules?.exploration;
  const newItems = by.rules?.newItems;
  if (!exploration && !newItems) return isList ? { ...arranged, items: list } : arranged;
  const now = Date.now();
  const taken = new Set([...list, ...rules.pins].map(({ itemId }) => itemId));
  const isFree = (itemId: string) => !taken.has(itemId) && !rules.hides(itemId);
  const fresh = newItems && newItemsFor(newItems, { history, isFree, now });
  const pool = exploration
    ? items.filter(({ itemId }) => isFree(itemId) && !fresh?.isNew(itemId)).slice(0, exploration.pool)
    : [];
  const drawing = { share: exploration?.share ?? 0, random: drawsOf(id), ...(fresh && { newItems: fresh }) };
  return { ...arranged, ...explore(list, pool, drawing) };
}

function filtersAre({ rules }: Loaded, filters: Filters): boolean {
  return Object.keys(filters).every((column) => rules?.filters?.includes(column));
}

export type RulesOf = (version: Loaded, country: string | undefined) => ListRules;
