import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { EXTREMES, ExtremeCases } from "./extremes.ts";
import { checkExtremes } from "./extremes-checks.ts";
import type { Items } from "./qa-items.ts";

const IDS = [..."abcdef"];
const ITEMS: Items = new Map(
  IDS.map((itemId, at) => [itemId, { title: itemId, genre: at < 4 ? "Drama" : "Comedy", picture: null }]),
);
const shelf = (ids: string) => [...ids].map((itemId, at) => ({ itemId, score: 10 - at }));
const cases = (of: { retired?: string; newItems?: string; k?: number } = {}) =>
  new ExtremeCases({
    ...{
      k: of.k ?? 2,
      items: ITEMS,
      retired: new Set(of.retired ?? ""),
      newItems: new Set(of.newItems ?? ""),
    },
  });
const person = (userId: string, had: string, candidate: string, baseline = "") => ({
  ...{ userId, history: [...had], heldOut: new Set<string>(), segments: [] },
  ...{ candidate: shelf(candidate), champion: undefined, baseline: shelf(baseline) },
});

describe("what a shelf must be", () => {
  const fault = (had: string, shown: Parameters<ExtremeCases["faultOf"]>[1], retired = "") =>
    cases({ retired }).faultOf([...had], shown);

  it("as many items as fit or are left, none seen, in order, each once, finite", () => {
    expect(fault("a", shelf("bc"))).toBeUndefined();
    expect(fault("abcde", shelf("f"))).toBeUndefined();
    expect(fault("abcdef", [])).toBeUndefined();
    expect(fault("a", shelf("b"))).toBe("gets 1 item, not the 2 that fit and are left");
    expect(fault("a", shelf("ab"))).toBe('gets "a" again');
    expect(fault("a", shelf("bb"))).toBe('gets "b" twice');
    expect(fault("a", shelf("bz"))).toBe('gets "z", which is not in the items table');
    expect(fault("a", shelf("bf"), "f")).toBe('gets "f", which is retired');
    const unordered = "gets items out of order, or a score that is no finite number";
    expect(fault("a", shelf("bc").toReversed())).toBe(unordered);
    expect(fault("a", [{ itemId: "b", score: Number.NaN }])).toBe(unordered);
  });

  it("doesn't count as left what is retired or unknown", () => {
    expect(fault("abc", shelf("d"), "ef")).toBeUndefined();
    expect(fault("abcyz", shelf("d"), "ef")).toBeUndefined();
  });

  test.prop([fc.subarray(IDS), fc.subarray(IDS), fc.integer({ min: 1, max: 7 })])(
    "the best k of what is left is never faulty",
    (had, retired, k) => {
      const left = IDS.filter((itemId) => !had.includes(itemId) && !retired.includes(itemId)).slice(0, k);
      const found = cases({ retired: retired.join(""), k });
      expect(found.faultOf(had, shelf(left.join("")))).toBeUndefined();
      if (left.length > 0) expect(found.faultOf(had, shelf(left.slice(1).join("")))).toMatch(/^gets \d item/);
    },
  );
});

describe("people at the edges", () => {
  it("are found as they pass by, in each extreme that they are in", () => {
    const found = cases({ retired: "f", newItems: "e" });
    found.add(person("one", "a", "bc"));
    found.add(person("drama", "abc", "de"));
    found.add(person("new", "ae", "bc"));
    found.add(person("gone", "bz", "ac"));
    found.add(person("all", "abcde", ""));
    found.add(person("plain", "ae", "bf")); // retired, so at fault, and new
    const looked = EXTREMES.map((kind) => [kind, found.finding(kind)?.looked, found.finding(kind)?.faulty]);
    expect(looked).toEqual([
      ["no_history", undefined, undefined],
      ["one_item", 1, 0],
      ["heaviest", 1, 0],
      ["single_genre", 1, 0],
      ["new_item", 3, 1],
      ["retired_item", 1, 0],
      ["everything_seen", 1, 0],
    ]);
    expect(found.finding("heaviest")).toMatchObject({ longest: 5, examples: [] });
  });

  it("are the heaviest thousandth, whoever came first, also among very many", () => {
    const found = cases();
    const lengthOf = (number: number) => 2 + ((number * 7_919) % 5_003);
    const had = (length: number) => Array.from({ length }, (_, at) => `other-${at}`);
    for (let number = 0; number < 5_003; number += 1)
      found.add({ ...person(`p${number}`, "", "ab"), history: had(lengthOf(number)) });
    const heaviest = found.finding("heaviest");
    expect(heaviest).toMatchObject({ looked: 6, longest: 5_004, shortest: 4_999, faulty: 0 });
  });
});

describe("the checks", () => {
  const check = (found: ExtremeCases, id: string, hasGenres = true) =>
    checkExtremes(found, { severity: "error", hasGenres }).find((one) => one.id === `extreme.${id}`);

  it("tell in words what happened, and how the first fault looks", () => {
    const found = cases();
    found.addSituation("no_history", { who: "nobody", history: [], shelf: shelf("ab"), byPopularity: true });
    found.add(person("one", "a", "bc", "bc"));
    found.add(person("two", "b", "a"));
    expect(check(found, "no_history")).toMatchObject({
      ...{ verdict: "pass", value: 0, threshold: 0, sampleSize: 1, group: "extreme", severity: "error" },
      explanation:
        "Without history (1 made-up history): the popularity list answers, with 2 items or all that are left, none of them seen or retired.",
    });
    expect(check(found, "one_item")).toMatchObject({
      ...{ verdict: "fail", value: 1, sampleSize: 2 },
      explanation:
        'With one item (2 people): 1 shelf is not as must be; the first: "two" (1 item) gets 1 item, not the 2 that fit and are left.',
      examples: ['"two" (1 item) gets 1 item, not the 2 that fit and are left'],
    });
  });

  it("fail where the model gives no answer", () => {
    const found = cases();
    const shelf = new Error("recommender: it cannot answer");
    found.addSituation("one_item", { who: "somebody with a", history: ["a"], shelf, byPopularity: false });
    expect(check(found, "one_item")).toMatchObject({
      verdict: "fail",
      examples: ["somebody with a (1 item) gets no answer (recommender: it cannot answer)"],
    });
  });

  it("cannot tell where nobody is like that, and leave out genres that nobody named", () => {
    expect(check(cases(), "new_item")).toMatchObject({
      verdict: "inconclusive",
      severity: "warn",
      value: null,
      sampleSize: 0,
    });
    expect(check(cases(), "single_genre", false)).toBeUndefined();
  });
});
