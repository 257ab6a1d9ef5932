/** One list of a batch: as a server would answer it, but for exploration and exposure. */
import { arrange, type Placed, poolFor } from "../core/arrange.ts";
import { explore } from "../core/explore.ts";
import { type NewItems, newItemsFor } from "../core/new-items.ts";
import type { ListRules } from "../core/release-rules.ts";
import { drawsOf } from "../store/draws.ts";
import { unseenOf } from "./popularity-list.ts";
import type { Recommendation, Recommender } from "./recommender.ts";

/** As the server's: what fills a list up is looked for among the best so many of the popularity list. */
const FILL_POOL = 1_000;

export interface RowModel {
  /** Undefined where the release is nothing but its popularity list, or everybody is to get that. */
  model: Recommender | undefined;
  /** Its popularity list, best first. */
  popular: readonly Recommendation[];
}

export interface RowAnswer {
  byPopularity: boolean;
  items: (Placed & { isDrawnAsNew?: boolean })[];
}

export interface RowFor {
  history: readonly string[];
  rules: ListRules;
  k: number;
  /** A least share for new items, where the release has one; what is drawn follows from `id`. `now`: milliseconds since 1970. */
  fresh: { newItems: NewItems; now: number; id: string } | undefined;
}

/**
 * The best `k` for a history, by these rules, filled up from the popularity list; of that alone without a history, or when
 * the model knows nothing in it. Equal calls give equal answers. @throws {BrokenPromise} the model cannot answer
 */
export async function answerRow(
  { model, popular }: RowModel,
  { history, rules, k, fresh }: RowFor,
): Promise<RowAnswer> {
  const pool = poolFor(rules, k);
  const own = model && history.length > 0 ? await model.recommend(history, pool) : [];
  const byPopularity = own.length === 0;
  const answered = byPopularity ? unseenOf(popular, history, pool) : own;
  const { items } = arrange(answered, () => unseenOf(popular, history, FILL_POOL), { rules, k });
  if (!fresh) return { byPopularity, items };
  const taken = new Set([...items, ...rules.pins].map(({ itemId }) => itemId));
  const isFree = (itemId: string) => !taken.has(itemId) && !rules.hides(itemId);
  const newItems = newItemsFor(fresh.newItems, { history, isFree, now: fresh.now });
  const drawn = explore(items, [], { share: 0, random: drawsOf(fresh.id), newItems });
  return { byPopularity, items: drawn.items };
}

/** What put an item in its place, for whoever reads the table; the whole list where the popularity list answered. */
export function placedBy({ byPopularity, items }: RowAnswer): string[] | null {
  const by = byPopularity ? "popularity" : "model";
  if (
    items.every(({ rule, isFilled, isDrawnAsNew }) => !rule && !isDrawnAsNew && (byPopularity || !isFilled))
  )
    return null;
  return items.map(({ rule, isFilled, isDrawnAsNew }) =>
    isDrawnAsNew ? "new" : (rule?.kind ?? (isFilled ? "popularity" : by)),
  );
}
