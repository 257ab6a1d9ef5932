import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { seededRandom } from "../trainers/random.ts";
import type { Placed } from "./arrange.ts";
import { explore } from "./explore.ts";

const placed = (itemId: string, change: Partial<Placed> = {}): Placed => ({
  ...{ itemId, score: 1, rule: undefined, isFilled: false },
  ...change,
});
const pool = ["x", "y", "z"].map((itemId) => ({ itemId, score: 0.5 }));

it("shows each item in each place as often as it says", () => {
  const list = [placed("p", { rule: { kind: "pin", name: "cup" } }), placed("a"), placed("b")];
  const random = seededRandom(12);
  const trials = 60_000;
  const shown = new Map<string, { count: number; propensity: number }>();
  for (let trial = 0; trial < trials; trial += 1) {
    const { items, propensities } = explore(list, pool, { share: 0.3, random });
    expect(new Set(items.map(({ itemId }) => itemId)).size).toBe(3);
    items.forEach(({ itemId }, place) => {
      const key = `${place} ${itemId}`;
      const propensity = propensities[place] ?? Number.NaN;
      const before = shown.get(key) ?? { count: 0, propensity };
      expect(before.propensity).toBe(propensity);
      shown.set(key, { count: before.count + 1, propensity });
    });
  }
  expect([...shown.keys()].sort()).toEqual(
    ["0 p", "1 a", "1 x", "1 y", "1 z", "2 b", "2 x", "2 y", "2 z"].sort(),
  );
  // five standard deviations of a binomial count at most; the seed is fixed
  for (const { count, propensity } of shown.values())
    expect(Math.abs(count / trials - propensity)).toBeLessThanOrEqual(
      5 * Math.sqrt((propensity * (1 - propensity)) / trials),
    );
  const sumOf = (place: number) =>
    [...shown].reduce(
      (sum, [key, { propensity }]) => (key.startsWith(`${place}`) ? sum + propensity : sum),
      0,
    );
  expect([sumOf(0), sumOf(1), sumOf(2)].map((sum) => Number(sum.toFixed(9)))).toEqual([1, 1, 1]);
});

const anyList = fc.array(fc.constantFrom("model", "pin", "filled"), { maxLength: 12 }).map((kinds) =>
  kinds.map((kind, at) =>
    placed(`i${at}`, {
      isFilled: kind === "filled",
      rule: kind === "pin" ? { kind: "pin", name: "p" } : undefined,
    }),
  ),
);
test.prop([
  anyList,
  fc.integer({ min: 0, max: 3 }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.integer(),
])(
  "moves neither what a rule put in its place nor what only fills up, and draws only of the pool, none twice",
  (list, size, share, seed) => {
    const some = pool.slice(0, size);
    const { items, propensities } = explore(list, some, { share, random: seededRandom(seed) });
    expect(items.length).toBe(list.length);
    expect(new Set(items.map(({ itemId }) => itemId)).size).toBe(list.length);
    items.forEach(({ isExplored, isDrawnAsNew: _, ...item }, place) => {
      const propensity = propensities[place] ?? Number.NaN;
      expect(propensity).toBeGreaterThanOrEqual(0);
      expect(propensity).toBeLessThanOrEqual(1);
      const own = list[place] as Placed;
      if (isExplored)
        expect([own.rule, own.isFilled, some.some(({ itemId }) => itemId === item.itemId)]).toEqual([
          undefined,
          false,
          true,
        ]);
      else expect(item).toEqual(own);
      if (own.rule || own.isFilled) expect(propensity).toBe(1);
    });
    const still = explore(list, some, { share: 0, random: seededRandom(seed) });
    expect(still.items.map(({ isExplored: _, isDrawnAsNew: __, ...item }) => item)).toEqual(list);
  },
);

/** New items that may be drawn; `i1` and `i3` of lists are new too. */
const fresh = ["n1", "n2", "n3", "n4"].map((itemId) => ({ itemId, score: 0 }));
const isNew = (itemId: string) => itemId === "i1" || itemId === "i3" || itemId.startsWith("n");

it("shows each item as often as it says where new items are drawn beside exploration, and new ones at least their share", () => {
  const lists = [
    [placed("i1", { rule: { kind: "pin", name: "cup" } }), placed("a"), placed("b"), placed("c")],
    [placed("a"), placed("b"), placed("c"), placed("d", { isFilled: true })],
    [placed("i1"), placed("i3"), placed("a"), placed("b")],
  ];
  const random = seededRandom(23);
  const trials = 40_000;
  const share = 0.3;
  for (const list of lists) {
    const shown = new Map<string, { count: number; propensity: number }>();
    let newShown = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const { items, propensities } = explore(list, pool, {
        ...{ share: 0.2, random },
        newItems: { share, pool: fresh, isNew },
      });
      newShown += items.filter(({ itemId }) => isNew(itemId)).length;
      items.forEach(({ itemId }, place) => {
        const key = `${place} ${itemId}`;
        const propensity = propensities[place] ?? Number.NaN;
        const before = shown.get(key) ?? { count: 0, propensity };
        expect(before.propensity).toBeCloseTo(propensity, 12);
        shown.set(key, { count: before.count + 1, propensity });
      });
    }
    for (const { count, propensity } of shown.values())
      expect(Math.abs(count / trials - propensity)).toBeLessThanOrEqual(
        5 * Math.sqrt((propensity * (1 - propensity)) / trials) + 1e-12,
      );
    for (const place of list.keys()) {
      const at = [...shown].filter(([key]) => key.startsWith(`${place} `));
      expect(at.reduce((sum, [, { propensity }]) => sum + propensity, 0)).toBeCloseTo(1, 9);
    }
    const already = list.filter(({ itemId }) => isNew(itemId)).length;
    const expected = Math.max(already, share * list.length);
    expect(Math.abs(newShown / trials - expected)).toBeLessThan(5 * Math.sqrt(list.length / 4 / trials));
  }
});

test.prop([
  anyList,
  fc.integer({ min: 0, max: 4 }),
  fc.integer({ min: 0, max: 3 }),
  fc.double({ min: 0.01, max: 0.5, noNaN: true }),
  fc.integer(),
])(
  "has in the mean at least the share of new items that there are places and items for, by its own propensities",
  (list, count, next, share, seed) => {
    const some = fresh.slice(0, count);
    const drawing = { share: 0.4, random: seededRandom(seed), newItems: { share, pool: some, isNew } };
    const { items, propensities } = explore(list, pool.slice(0, next), drawing);
    expect(items.length).toBe(list.length);
    expect(new Set(items.map(({ itemId }) => itemId)).size).toBe(list.length);
    for (const [place, { isDrawnAsNew, isExplored, ...item }] of items.entries()) {
      const own = list[place] as Placed;
      if (isDrawnAsNew) expect(some.map(({ itemId }) => itemId)).toContain(item.itemId);
      // What a rule put there stays, and what is new already.
      if (own.rule || isNew(own.itemId)) expect([item, propensities[place]]).toEqual([own, 1]);
      expect(isDrawnAsNew && isExplored).toBe(false);
    }
    // The chance that the places have follows from what one of them shows, and how likely that was.
    const already = list.filter(({ itemId }) => isNew(itemId)).length;
    const open = list.filter(({ itemId, rule }) => !rule && !isNew(itemId)).length;
    const wanted = Math.min(Math.max(share * list.length, already), already + Math.min(open, count));
    const drawn = items.findIndex(({ isDrawnAsNew }) => isDrawnAsNew);
    const chance = drawn < 0 ? undefined : (propensities[drawn] ?? 0) * count;
    if (chance !== undefined) expect(already + Math.min(open, count) * chance).toBeCloseTo(wanted, 9);
    if (wanted > already && share * list.length >= already + Math.min(open, count))
      expect(items.filter(({ isDrawnAsNew }) => isDrawnAsNew).length).toBe(Math.min(open, count));
  },
);
