import { readFile } from "node:fs/promises";
import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { preference, teamDraft, winnerOf } from "./interleaving.ts";

// inference.cases.py asks SciPy
const references = JSON.parse(await readFile(new URL("inference.cases.json", import.meta.url), "utf8"));

it.each(references["binomtest(wins, n).pvalue"] as [number, number, number][])(
  "%i wins of %i are as unlikely as SciPy says",
  (wins, of, p) => {
    expect(preference({ a: wins, b: of - wins }).p).toBeCloseTo(p, 10);
    expect(preference({ a: of - wins, b: wins }).p).toBeCloseTo(p, 10);
  },
);

it("knows no preference without a decided list, and one after many", () => {
  expect(preference({ a: 0, b: 0 })).toEqual({ shareOfB: undefined, p: 1, alwaysValidP: 1 });
  const many = preference({ a: 1_200, b: 1_500 });
  expect(many.p).toBeLessThan(1e-6);
  expect(many.alwaysValidP).toBeLessThan(1e-5);
  expect(many.alwaysValidP).toBeGreaterThan(many.p);
});

it("drafts in turns, each team its best that isn't there yet", () => {
  const coins = [true, false, true];
  const list = teamDraft({ a: ["x", "y", "z"], b: ["x", "w", "y"] }, 5, () => coins.shift() ?? true);
  expect(list).toEqual([
    { item: "x", team: "a" },
    { item: "w", team: "b" },
    { item: "y", team: "b" },
    { item: "z", team: "a" },
  ]);
  expect(winnerOf(list, new Set(["z"]))).toBe("a");
  expect(winnerOf(list, new Set(["w", "y", "z"]))).toBe("b");
  expect(winnerOf(list, new Set(["w", "z", "other"]))).toBeUndefined();
});

const ranking = fc.uniqueArray(fc.constantFrom(..."abcdefghijkl"), { maxLength: 12 });

test.prop([ranking, ranking, fc.integer({ min: 0, max: 15 }), fc.infiniteStream(fc.boolean())])(
  "shows each item once, as many as there are up to k, and each round has a pick of both while both have items",
  (a, b, k, coins) => {
    const list = teamDraft({ a, b }, k, () => coins.next().value as boolean);
    const items = list.map(({ item }) => item);
    expect(new Set(items).size).toBe(items.length);
    expect(items).toHaveLength(Math.min(k, new Set([...a, ...b]).size));
    for (let round = 1; 2 * round <= Math.min(a.length, b.length, k); round += 1)
      expect(list.slice(0, 2 * round).filter(({ team }) => team === "a")).toHaveLength(round);
    for (const { item, team } of list) expect(team === "a" ? a : b).toContain(item);
  },
);

test.prop([ranking, fc.integer({ min: 1, max: 12 })])(
  "of equal rankings makes that ranking, and coins favour nobody",
  (same, k) => {
    const list = teamDraft({ a: same, b: same }, k, () => true);
    expect(list.map(({ item }) => item)).toEqual(same.slice(0, k));
  },
);
