/** Makes the list that somebody sees of what a model answers: by editorial rules, and filled up where it is short. */
import type { ApartRule, ListRules, ShareRule } from "./release-rules.ts";

/** Items that rules bring up are looked for among the best so many beyond what is asked for. */
const RULE_POOL = 100;
/** Roundings of products such as 0.1 × 30. */
const EPSILON = 1e-9;

interface Item {
  itemId: string;
  score: number;
}

export interface PlacingRule {
  kind: "pin" | "boost" | "share" | "apart";
  /** In the definition; undefined of what somebody said in a hurry. */
  name: string | undefined;
}

export interface Placed extends Item {
  /** The rule that put it here; undefined where the order of the model did. */
  rule: PlacingRule | undefined;
  /** Of the popularity list, since the model gave too few. */
  isFilled: boolean;
}

export interface Arranged {
  items: Placed[];
  /** Names of shares and distances that these items could not keep. */
  unmet: string[];
}

/** How many items to ask a model for, so that `k` are left. */
export function poolFor({ hidden, boosts, shares, apart, hasLicences }: ListRules, k: number): number {
  const isPicky = boosts.size > 0 || shares.length > 0 || apart.length > 0 || hasLicences;
  return k + hidden + (isPicky ? RULE_POOL : 0);
}

/**
 * A list of `k` items, or of all there are. What is hidden is never in it; pinned items are in their places (a list that
 * is shorter than a pin's place ends with it; of two with one place the second comes after the first), also for those who
 * had them, and with score 0 where the model didn't give them; boosted ones come by their new score. From the top, each
 * other place takes the best item by which no two neighbours share a value, no share is exceeded, and every least share
 * can still be reached; where none is left that keeps all three, the best of those that break the least, the distance
 * first, then the most, then the least. So with one value an item, shares hold whenever there are enough items.
 * @param pool best first, {@link poolFor} items of them where there are so many
 * @param fill called at most once, for items after the pool's, best first; those in it already count once
 */
export function arrange(
  pool: readonly Item[],
  fill: () => readonly Item[],
  { rules, k }: { rules: ListRules; k: number },
): Arranged {
  if (pool.length >= k && movesNothing(rules))
    return { items: pool.slice(0, k).map(({ itemId, score }) => placed(itemId, score)), unmet: [] };
  const pinned = new Set(rules.pins.map(({ itemId }) => itemId));
  const mayShow = ({ itemId }: Item) => !pinned.has(itemId) && rules.hides(itemId) === undefined;
  const candidates = boosted(pool.filter(mayShow), rules);
  const needsValues = rules.shares.length > 0 || rules.apart.length > 0;
  if (candidates.length + rules.pins.length < k || needsValues) {
    const taken = new Set(candidates.map(({ itemId }) => itemId));
    for (const item of fill())
      if (mayShow(item) && !taken.has(item.itemId)) {
        taken.add(item.itemId);
        candidates.push({ ...item, rule: undefined, isFilled: true });
      }
  }
  const length = Math.min(k, candidates.length + rules.pins.length);
  const pins = placesOf(rules.pins, { length, others: candidates.length });
  const picker = new Picker(candidates, rules, {
    length,
    pinned: [...pins.values()].map((pin) => pin.itemId),
  });
  const items: Placed[] = [];
  while (items.length < length) {
    const pin = pins.get(items.length + 1);
    if (pin) {
      const score = pool.find(({ itemId }) => itemId === pin.itemId)?.score ?? 0;
      items.push({ itemId: pin.itemId, score, rule: { kind: "pin", name: pin.name }, isFilled: false });
    } else items.push(picker.next(items.at(-1)?.itemId, pins.get(items.length + 2)?.itemId));
  }
  return { items, unmet: needsValues ? unmetIn(items, rules) : [] };
}

/** Most models have no rules at most times. */
function movesNothing({ pins, boosts, shares, apart, hidden, hasLicences }: ListRules): boolean {
  return (
    hidden === 0 &&
    pins.length === 0 &&
    boosts.size === 0 &&
    shares.length === 0 &&
    apart.length === 0 &&
    !hasLicences
  );
}

function placed(itemId: string, score: number): Placed {
  return { itemId, score, rule: undefined, isFilled: false };
}

/** A sort keeps the order of equals, so without boosts nothing moves. */
function boosted(items: readonly Item[], { boosts }: ListRules): Placed[] {
  const placed = items.map((item): Placed => {
    const boost = boosts.get(item.itemId);
    if (!boost) return { ...item, rule: undefined, isFilled: false };
    const { factor, name } = boost;
    // a score below 0 gets worse when it is multiplied, so it is divided: a factor above 1 always moves an item up
    const score = item.score >= 0 ? item.score * factor : item.score / factor;
    return { ...item, score, rule: { kind: "boost", name }, isFilled: false };
  });
  return boosts.size > 0 ? placed.sort((one, other) => other.score - one.score) : placed;
}

type Pin = ListRules["pins"][number];

/** Pins by their places in a list of this length. One whose place lies beyond comes in where the list would end. */
function placesOf(pins: readonly Pin[], { length, others }: { length: number; others: number }) {
  const placed: { pin: Pin; place: number }[] = [];
  for (const pin of pins) {
    const place = Math.max(pin.rank, (placed.at(-1)?.place ?? 0) + 1);
    if (place <= length || placed.length + others < length) placed.push({ pin, place });
  }
  let last = length;
  for (const one of placed.toReversed()) {
    one.place = Math.min(one.place, last);
    last = one.place - 1;
  }
  return new Map(placed.map(({ pin, place }) => [place, pin]));
}

interface Quota extends Pick<ShareRule, "name" | "column"> {
  least: number;
  most: number;
  count: number;
}

/** Takes the best candidate for one place after the other. */
class Picker {
  readonly #left: { item: Placed; likes: Likes }[];
  readonly #rules: ListRules;
  readonly #quotas: Quota[];
  #free: number;

  constructor(
    candidates: Placed[],
    rules: ListRules,
    { length, pinned }: { length: number; pinned: readonly string[] },
  ) {
    this.#left = candidates.map((item) => ({ item, likes: likesOf(rules, item.itemId) }));
    this.#rules = rules;
    this.#free = length - pinned.length;
    const counts = countShares(rules, pinned);
    const there = counts.slice();
    for (const { likes } of this.#left)
      for (const share of likes.shares) there[share] = (there[share] ?? 0) + 1;
    this.#quotas = rules.shares.map(({ name, column, atLeast, atMost }, share) => {
      const least = Math.min(leastOf(atLeast, length), there[share] ?? 0);
      return { name, column, count: counts[share] ?? 0, least, most: mostOf(atMost, length) };
    });
  }

  /** @param before the neighbours of the place, as far as they are known */
  next(before: string | undefined, after: string | undefined): Placed {
    let best = { index: 0, broken: Number.POSITIVE_INFINITY };
    let reason: PlacingRule | undefined;
    const neighbours = [before, after].flatMap((one) =>
      one === undefined ? [] : [likesOf(this.#rules, one)],
    );
    const tried = new Set<Likes>();
    for (let index = 0; index < this.#left.length && best.broken > 0; index += 1) {
      const { likes } = this.#left[index] as { likes: Likes };
      if (tried.has(likes)) continue; // breaks what another one before it breaks
      tried.add(likes);
      const found = this.#breaks(likes, neighbours);
      if (found.broken < best.broken) best = { index, broken: found.broken };
      if (index === 0) reason = found.rule;
    }
    const [{ item: chosen, likes }] = this.#left.splice(best.index, 1) as [{ item: Placed; likes: Likes }];
    for (const share of likes.shares) (this.#quotas[share] as Quota).count += 1;
    this.#free -= 1;
    return best.index > 0 && !chosen.rule && reason ? { ...chosen, rule: reason } : chosen;
  }

  /** How much an item in the next place would break, and the rule that it would break first. */
  #breaks(likes: Likes, neighbours: readonly Likes[]): { broken: number; rule?: PlacingRule } {
    const late = this.#tooLateAfter(likes);
    const isFull = ({ count, most }: Quota) => count >= most;
    const full = likes.shares.map((share) => this.#quotas[share] as Quota).find(isFull);
    const close = this.#rules.apart.find((_, rule) =>
      neighbours.some((other) => sharesValue(likes, other, rule)),
    );
    const broken = (late ? 4 : 0) + (full ? 2 : 0) + (close ? 1 : 0);
    const share = late ?? full;
    if (share) return { broken, rule: { kind: "share", name: share.name } };
    return close ? { broken, rule: { kind: "apart", name: close.name } } : { broken };
  }

  /** A least share that could not be reached any more after this item. */
  #tooLateAfter({ shares }: Likes): Quota | undefined {
    const left = this.#free - 1;
    const needed = new Map<string, number>();
    for (const [share, quota] of this.#quotas.entries()) {
      if (quota.count >= quota.least) continue;
      const has = shares.includes(share);
      const need = quota.least - quota.count - (has ? 1 : 0);
      if (need === 0) continue;
      const isApart = this.#rules.apart.some(({ column }) => column === quota.column);
      const sum = (needed.get(quota.column) ?? 0) + need;
      needed.set(quota.column, sum);
      if (sum > left || (isApart && need > Math.floor((left + (has ? 0 : 1)) / 2))) return quota;
    }
    return undefined;
  }
}

/** All that shares and distances see of an item. Items that are alike are one and the same object. */
interface Likes {
  /** Places in the list of shares, in its order. */
  shares: readonly number[];
  /** By rule of distance. */
  apart: readonly (readonly string[])[];
}

/** Rules hold for many lists, and of a catalogue's items many are alike. */
const KNOWN = new WeakMap<ListRules, { byItem: Map<string, Likes>; byKey: Map<string, Likes> }>();

function likesOf(rules: ListRules, itemId: string): Likes {
  let known = KNOWN.get(rules);
  if (!known) {
    known = { byItem: new Map(), byKey: new Map() };
    KNOWN.set(rules, known);
  }
  const found = known.byItem.get(itemId);
  if (found) return found;
  const shares = rules.shares.flatMap(({ has }, share) => (has(itemId) ? [share] : []));
  const likes: Likes = { shares, apart: rules.apart.map(({ valuesOf }) => valuesOf(itemId)) };
  const key = JSON.stringify(likes);
  const alike = known.byKey.get(key) ?? likes;
  known.byKey.set(key, alike);
  known.byItem.set(itemId, alike);
  return alike;
}

function sharesValue(one: Likes, other: Likes, rule: number): boolean {
  const values = one.apart[rule] ?? [];
  return (other.apart[rule] ?? []).some((value) => values.includes(value));
}

/** How many of the items each share has. */
function countShares(rules: ListRules, itemIds: readonly string[]): number[] {
  const counts = rules.shares.map(() => 0);
  for (const itemId of itemIds)
    for (const share of likesOf(rules, itemId).shares) counts[share] = (counts[share] ?? 0) + 1;
  return counts;
}

function leastOf(atLeast: number, length: number): number {
  return Math.floor(atLeast * length + EPSILON);
}

function mostOf(atMost: number, length: number): number {
  return Math.ceil(atMost * length - EPSILON);
}

/** The names of shares and distances that a list doesn't keep. */
function unmetIn(items: readonly Item[], rules: ListRules): string[] {
  const counts = countShares(
    rules,
    items.map(({ itemId }) => itemId),
  );
  const isKept = ({ atLeast, atMost }: ShareRule, share: number) => {
    const count = counts[share] ?? 0;
    return count >= leastOf(atLeast, items.length) && count <= mostOf(atMost, items.length);
  };
  const isApart = (_: ApartRule, rule: number) =>
    items.every(({ itemId }, index) => {
      const before = items[index - 1];
      return !before || !sharesValue(likesOf(rules, itemId), likesOf(rules, before.itemId), rule);
    });
  return [
    ...rules.shares.filter((rule, share) => !isKept(rule, share)).map(({ name }) => name),
    ...rules.apart.filter((rule, at) => !isApart(rule, at)).map(({ name }) => name),
  ];
}
