/** What editors say of items, whatever a model thinks: never this one, this one in that place, more of this one. */

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
