/** What editors say of items, whatever a model thinks: never this one, this one in that place, more of this one. */

/** An item of the boosted kind is looked for among the best so many beyond what is asked for. */
const BOOST_POOL = 100;

export interface EditorialRule {
  id: string;
  kind: "ban" | "pin" | "boost";
  itemId: string;
  /** Of a pin: its place, from 1. */
  rank: number | null;
  /** Of a boost: its score is multiplied by it. */
  factor: number | null;
  /** ISO 8601. */
  from: string;
  /** Null: until it is lifted. */
  until: string | null;
}

/** The rules that hold at one moment, ready to be applied many times. */
export interface ActiveRules {
  banned: ReadonlySet<string>;
  /** By item; two boosts of one item multiply. */
  boosts: ReadonlyMap<string, number>;
  /** In the order of their places. */
  pins: readonly { itemId: string; rank: number }[];
}

/** @param now milliseconds since 1970 */
export function rulesAt(rules: readonly EditorialRule[], now: number): ActiveRules {
  const active = rules.filter(
    ({ from, until }) => Date.parse(from) <= now && (until === null || Date.parse(until) > now),
  );
  const banned = new Set(active.filter(({ kind }) => kind === "ban").map(({ itemId }) => itemId));
  const boosts = new Map<string, number>();
  for (const { kind, itemId, factor } of active)
    if (kind === "boost" && factor !== null) boosts.set(itemId, (boosts.get(itemId) ?? 1) * factor);
  const pins = new Map<string, { itemId: string; rank: number; from: string }>();
  for (const { kind, itemId, rank, from } of active.toSorted(byAge))
    if (kind === "pin" && rank !== null && !banned.has(itemId)) pins.set(itemId, { itemId, rank, from });
  return { banned, boosts, pins: [...pins.values()].sort((one, other) => one.rank - other.rank) };
}

/** The older first; the newer pin of one item takes the older one's place. */
function byAge(one: EditorialRule, other: EditorialRule): number {
  return one.from.localeCompare(other.from) || one.id.localeCompare(other.id);
}

/** How many items to ask a model for, so that `k` are left. */
export function poolFor({ banned, boosts }: ActiveRules, k: number): number {
  return k + banned.size + (boosts.size > 0 ? BOOST_POOL : 0);
}

export interface Ruled<Item> {
  item: Item;
  /** The rule that put it here; undefined where the order of the model did. */
  rule: "pin" | "boost" | undefined;
}

/**
 * A list of at most `k`: without banned items, boosted ones by their new score, pinned ones in their places (a list that is
 * shorter than a pin's place ends with it; of two with one place the second comes after the first). The order of all
 * others stays. A pinned item is shown to those who had it, too, and with score 0 where the model didn't give it.
 * @param pool best first, {@link poolFor} items of them where there are so many
 */
export function applyRules<Item extends { itemId: string; score: number }>(
  pool: readonly Item[],
  { banned, boosts, pins }: ActiveRules,
  k: number,
): Ruled<Item | { itemId: string; score: number }>[] {
  const pinned = new Set(pins.map(({ itemId }) => itemId));
  const rest: Ruled<Item>[] = pool
    .filter(({ itemId }) => !banned.has(itemId) && !pinned.has(itemId))
    .map((item) => {
      const factor = boosts.get(item.itemId);
      if (factor === undefined) return { item, rule: undefined };
      return { item: { ...item, score: boosted(item.score, factor) }, rule: "boost" };
    });
  // a sort keeps the order of equals, so without boosts nothing moves
  if (boosts.size > 0) rest.sort((one, other) => other.item.score - one.item.score);
  const list: Ruled<Item | { itemId: string; score: number }>[] = [];
  let [nextPin, nextRest] = [0, 0];
  while (list.length < k && (nextPin < pins.length || nextRest < rest.length)) {
    const pin = pins[nextPin];
    const isPinned = pin !== undefined && (pin.rank <= list.length + 1 || nextRest >= rest.length);
    if (isPinned) {
      const own = pool.find(({ itemId }) => itemId === pin.itemId);
      list.push({ item: own ?? { itemId: pin.itemId, score: 0 }, rule: "pin" });
      nextPin += 1;
    } else list.push(rest[nextRest++] as Ruled<Item>);
  }
  return list;
}

/** A score below 0 gets worse when it is multiplied, so it is divided: a factor above 1 always moves an item up. */
function boosted(score: number, factor: number): number {
  return score >= 0 ? score * factor : score / factor;
}
