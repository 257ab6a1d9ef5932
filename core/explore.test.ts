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
    items.forEach(({ isExplored, ...item }, place) => {
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
    expect(still.items.map(({ isExplored, ...item }) => item)).toEqual(list);
  },
);
