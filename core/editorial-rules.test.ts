import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { arrange, poolFor } from "./arrange.ts";
import { type EditorialRule, rulesAt } from "./editorial-rules.ts";
import { listRules } from "./release-rules.ts";

const NOON = Date.parse("2026-11-25T12:00:00Z");

function rule(kind: EditorialRule["kind"], itemId: string, of: Partial<EditorialRule> = {}): EditorialRule {
  const from = "2026-11-25T00:00:00.000Z";
  return { id: `${kind} ${itemId}`, kind, itemId, rank: null, factor: null, from, until: null, ...of };
}

const pool = ["a", "b", "c", "d", "e"].map((itemId, at) => ({ itemId, score: 5 - at }));
const NOWHERE = { now: NOON, country: undefined };
const over = (rules: EditorialRule[]) => listRules(rulesAt(rules, NOON), undefined, NOWHERE);
const applyRules = (items: { itemId: string; score: number }[], rules: EditorialRule[], k: number) =>
  arrange(items, () => [], { rules: over(rules), k }).items;
const listOf = (rules: EditorialRule[], k = 3) =>
  applyRules(pool, rules, k)
    .map(({ itemId }) => itemId)
    .join("");

it("leaves a banned item out, and lets the next one move up", () => {
  expect(listOf([rule("ban", "a")])).toBe("bcd");
});

it("puts a pinned item in its place, whether the model gave it or not, and moves the others down", () => {
  expect(listOf([rule("pin", "d", { rank: 1 })])).toBe("dab");
  expect(listOf([rule("pin", "z", { rank: 2 })])).toBe("azb");
  expect(listOf([rule("pin", "z", { rank: 9 })], 9)).toBe("abcdez");
});

it("gives two pins of one place the places after each other, and the newer pin of one item its place", () => {
  const older = { rank: 1, from: "2026-11-24T00:00:00.000Z" };
  expect(listOf([rule("pin", "y", { rank: 1 }), rule("pin", "x", older)])).toBe("xya");
  expect(listOf([rule("pin", "x", { rank: 2, id: "2" }), rule("pin", "x", { ...older, id: "1" })])).toBe(
    "axb",
  );
});

it("shows no pinned item that is banned", () => {
  expect(listOf([rule("pin", "a", { rank: 1 }), rule("ban", "a")])).toBe("bcd");
});

it("moves a boosted item by its new score, from beyond the list too, and says which rule did", () => {
  expect(listOf([rule("boost", "e", { factor: 4.5 })])).toBe("aeb");
  expect(listOf([rule("boost", "a", { factor: 0.1 })])).toBe("bcd");
  const below = [
    { itemId: "a", score: -1 },
    { itemId: "b", score: -2 },
  ];
  const list = applyRules(below, [rule("boost", "b", { factor: 3 })], 2);
  expect(list.map(({ itemId, rule: by }) => [itemId, by?.kind])).toEqual([
    ["b", "boost"],
    ["a", undefined],
  ]);
});

it("holds from its beginning, until before its end", () => {
  const window = { from: "2026-11-25T12:00:00.000Z", until: "2026-11-25T13:00:00.000Z" };
  const at = (time: string) => rulesAt([rule("ban", "a", window)], Date.parse(time)).banned.size;
  expect([
    at("2026-11-25T11:59:59.999Z"),
    at(window.from),
    at("2026-11-25T12:59:59.999Z"),
    at(window.until),
  ]).toEqual([0, 1, 1, 0]);
});

const item = fc.constantFrom(..."abcdefghij");
const anyRule = fc
  .record({
    kind: fc.constantFrom("ban", "pin", "boost" as const),
    itemId: item,
    rank: fc.integer({ min: 1, max: 12 }),
    factor: fc.double({ min: 0.1, max: 10, noNaN: true }),
    id: fc.uuid(),
  })
  .map(({ kind, itemId, rank, factor, id }) =>
    rule(kind as EditorialRule["kind"], itemId, {
      id,
      rank: kind === "pin" ? rank : null,
      factor: kind === "boost" ? factor : null,
    }),
  );
const anyPool = fc
  .uniqueArray(fc.record({ itemId: item, score: fc.double({ min: -5, max: 5, noNaN: true }) }), {
    selector: ({ itemId }) => itemId,
  })
  .map((items) => items.toSorted((one, other) => other.score - one.score));

test.prop([anyPool, fc.array(anyRule, { maxLength: 8 }), fc.integer({ min: 1, max: 10 })])(
  "shows nothing banned and nothing twice, every pin that has a place, as many as asked where there are so many, the others in order",
  (items, rules, k) => {
    const active = rulesAt(rules, NOON);
    const list = applyRules(items, rules, k);
    const ids = list.map(({ itemId }) => itemId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => active.banned.has(id))).toEqual([]);
    const could = new Set([
      ...items.map(({ itemId }) => itemId).filter((id) => !active.banned.has(id)),
      ...active.pins.map(({ itemId }) => itemId),
    ]);
    expect(list.length).toBe(Math.min(k, could.size));
    for (const [at, pin] of active.pins.entries())
      if (pin.rank + at <= k && pin.rank <= list.length - at) expect(ids).toContain(pin.itemId);
    const untouched = list.filter(({ rule: by }) => by === undefined).map(({ itemId }) => itemId);
    const order = items.map(({ itemId }) => itemId).filter((id) => untouched.includes(id));
    expect(untouched).toEqual(order);
    expect(poolFor(over(rules), k)).toBeGreaterThanOrEqual(k);
  },
);

test.prop([anyPool, fc.integer({ min: 1, max: 10 })])("changes nothing without a rule", (items, k) => {
  const list = applyRules(items, [], k);
  expect(list.map(({ itemId, score }) => ({ itemId, score }))).toEqual(items.slice(0, k));
  expect(list.some(({ rule: by, isFilled }) => by || isFilled)).toBe(false);
});
