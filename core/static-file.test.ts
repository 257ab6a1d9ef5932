import { fc, it as property } from "@fast-check/vitest";
import { expect, it } from "vitest";
import type { EditorialRule } from "./editorial-rules.ts";
import { toReleaseRules } from "./release-rules.ts";
import { nextStaticChange, type RawLists, type StaticMoment, staticLists } from "./static-file.ts";

const scored = (...ids: string[]) => ids.map((itemId, at) => ({ itemId, score: ids.length - at }));
const RAW: RawLists = {
  popular: scored("a", "b", "c", "d", "e", "f"),
  similar: [
    ["a", scored("b", "c")],
    ["__proto__", scored("f", "a", "b")],
  ],
};
const NONE: StaticMoment = { now: 0, urgent: [], rules: undefined, baselineUntil: null };
const time = (ms: number) => new Date(ms).toISOString();
const rule = (of: Partial<EditorialRule> & Pick<EditorialRule, "kind" | "itemId">): EditorialRule => ({
  ...{ id: "r", rank: null, factor: null, from: time(0), until: null },
  ...of,
});

it("gives everybody's list and what goes with items, whatever they are called, filled up by popularity without the item", () => {
  const { popular, similar } = staticLists(RAW, { k: 3 }, NONE, undefined);
  expect(popular).toEqual(["a", "b", "c"]);
  expect(Object.entries(similar)).toEqual([
    ["a", ["b", "c", "d"]],
    ["__proto__", ["f", "a", "b"]],
  ]);
});

it("goes by the rules of the moment, and says when they change", () => {
  const urgent = [
    rule({ kind: "ban", itemId: "b", from: time(100), until: time(200) }),
    rule({ kind: "pin", itemId: "e", rank: 1, from: time(150) }),
  ];
  const at = (now: number) => staticLists(RAW, { k: 2 }, { ...NONE, now, urgent }, undefined).popular;
  expect([at(99), at(100), at(150), at(200)]).toEqual([
    ["a", "b"],
    ["a", "c"],
    ["e", "a"],
    ["e", "a"],
  ]);
  const next = (now: number) => nextStaticChange({ ...NONE, now, urgent });
  expect([next(0), next(100), next(150), next(200)]).toEqual([100, 150, 200, Number.POSITIVE_INFINITY]);
});

it("has lists by country where the definition's rules go by it", () => {
  const rules = toReleaseRules({
    ...{
      schemaVersion: 1,
      known: [],
      values: [{ column: "rights", cells: [["a", "DE|AT"]] as [string, string][] }],
    },
    rules: [
      { kind: "licence", name: "rights", column: "rights" },
      { kind: "ban", name: "later", item: "a", from: time(500) },
    ],
  });
  const lists = (country: string | undefined, now = 0) =>
    staticLists({ ...RAW, similar: [] }, { k: 3 }, { ...NONE, now, rules }, country).popular;
  expect([lists("DE"), lists("FR"), lists(undefined), lists("DE", 500)]).toEqual([["a"], [], [], []]);
  expect(nextStaticChange({ ...NONE, rules })).toBe(500);
});

it("has nothing but the popularity list while somebody says so, and changes when that ends", () => {
  const moment = { ...NONE, baselineUntil: new Date(1_000) };
  expect(staticLists(RAW, { k: 2 }, moment, undefined)).toEqual({ popular: ["a", "b"], similar: {} });
  expect(nextStaticChange(moment)).toBe(1_000);
  expect(staticLists(RAW, { k: 2 }, { ...moment, now: 1_000 }, undefined).similar).not.toEqual({});
});

property.prop([
  fc.array(fc.record({ item: fc.constantFrom(..."abcdef"), from: fc.nat(1_000), length: fc.nat(500) }), {
    maxLength: 8,
  }),
  fc.nat(1_200),
])("never shows what is banned, and stays the same until it says that it changes", (bans, now) => {
  const urgent = bans.map(({ item, from, length }, at) =>
    rule({ ...{ id: `${at}`, kind: "ban", itemId: item }, from: time(from), until: time(from + length) }),
  );
  const shown = (ms: number) => staticLists(RAW, { k: 6 }, { ...NONE, now: ms, urgent }, undefined);
  const banned = bans
    .filter(({ from, length }) => from <= now && now < from + length)
    .map(({ item }) => item);
  const { popular, similar } = shown(now);
  for (const item of banned)
    for (const list of [popular, ...Object.values(similar)]) expect(list).not.toContain(item);
  const next = Math.min(nextStaticChange({ ...NONE, now, urgent }), 2_000);
  expect(shown(next - 1)).toEqual(shown(now));
});
