import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { ShelfBehaviour } from "./behaviour.ts";
import { checkBehaviour } from "./behaviour-checks.ts";
import type { Items } from "./qa-items.ts";
import type { PersonShelves } from "./shelf-pass.ts";

const ITEMS: Items = new Map(
  [..."abcdefghij"].map((itemId, at) => [
    itemId,
    {
      title: itemId.toUpperCase(),
      genre: ["Drama", "Comedy", "Drama|Comedy", null][at % 4] ?? null,
      picture: null,
    },
  ]),
);
const shelf = (ids: string) => [...ids].map((itemId, at) => ({ itemId, score: -at }));
const person = (of: {
  had?: string;
  candidate: string;
  champion?: string;
  baseline?: string;
}): PersonShelves => ({
  userId: "ann",
  history: [...(of.had ?? "")],
  heldOut: new Set(),
  segments: [],
  candidate: shelf(of.candidate),
  champion: of.champion === undefined ? undefined : shelf(of.champion),
  baseline: shelf(of.baseline ?? "ab"),
});
function behaviourOf(people: PersonShelves[], candidate = "als") {
  const behaviour = new ShelfBehaviour({ items: ITEMS, candidate });
  for (const one of people) behaviour.add(one);
  return behaviour;
}

describe("behaviour", () => {
  it("tells candidate, popularity list and champion apart", () => {
    const people = [person({ candidate: "ab", champion: "ac" }), person({ candidate: "cd", champion: "cd" })];
    const rows = behaviourOf(people).result();
    expect(rows.map(({ subject }) => subject)).toEqual(["als", "popularity", "champion"]);
    const [als, popularity, champion] = rows;
    expect(als?.overlap).toBe((0.5 + 1) / 2);
    expect(popularity?.overlap).toBe((0.5 + 0) / 2);
    expect(champion).toMatchObject({ overlap: 1, rankCorrelation: 1 });
  });

  it("counts as diverse the pairs without a genre in common, and leaves out items without one", () => {
    // a Drama, b Comedy, c both, d none: of ab, ac, bc one pair differs
    const [row] = behaviourOf([person({ candidate: "abcd" })]).result();
    expect(row?.diversity).toBe(1 / 3);
    const [none] = behaviourOf([person({ candidate: "dh" })]).result();
    expect(none?.diversity).toBeNull();
  });

  it("counts novelty in bits: what everybody had has none, what a quarter had has two", () => {
    const people = [
      person({ had: "ab", candidate: "ab" }),
      ...Array.from({ length: 3 }, () => person({ had: "a", candidate: "a" })),
    ];
    const [row] = behaviourOf(people).result();
    expect(row?.novelty).toBe((4 * 0 + 1 * 2) / 5);
    const [unknown] = behaviourOf([...people.slice(1), person({ candidate: "j" })]).result();
    expect(unknown?.novelty).toBeCloseTo((3 * -Math.log2(3 / 4) + 2) / 4, 12);
  });

  it("counts the places of the most shown tenth of the items table", () => {
    const [row] = behaviourOf([person({ candidate: "ab" }), person({ candidate: "ac" })]).result();
    expect(row?.topDecileShare).toBe(2 / 4); // one of ten items: a
  });

  it("says null where there is nothing to tell it from, never 0", () => {
    expect(behaviourOf([person({ candidate: "", baseline: "" })]).result()).toEqual(
      ["als", "popularity"].map((subject) => ({
        ...{
          subject,
          overlap: null,
          rankCorrelation: null,
          diversity: null,
          novelty: null,
          topDecileShare: null,
        },
      })),
    );
  });

  it("has one row for a popularity list that is the candidate", () => {
    const rows = behaviourOf([person({ candidate: "ab" })], "popularity").result();
    expect(rows.map(({ subject }) => subject)).toEqual(["popularity"]);
  });

  const shelves = fc
    .uniqueArray(fc.constantFrom(..."abcdefghij"), { maxLength: 5 })
    .map((ids) => ids.join(""));
  test.prop([
    fc.array(fc.record({ had: shelves, candidate: shelves, champion: shelves, baseline: shelves })),
  ])("keeps every share within 0 to 1, correlation within -1 to 1, novelty from 0", (people) => {
    for (const row of behaviourOf(people.map(person)).result()) {
      for (const share of [row.overlap, row.diversity, row.topDecileShare])
        if (share !== null) expect(0 <= share && share <= 1).toBe(true);
      if (row.rankCorrelation !== null) expect(Math.abs(row.rankCorrelation)).toBeLessThanOrEqual(1 + 1e-12);
      if (row.novelty !== null) expect(row.novelty).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("the checks of behaviour", () => {
  const settings = {
    maxListChange: { atMost: 0.3, severity: "error" },
    minDiversity: { atLeast: 0.5, severity: "warn" },
    maxTopDecileShare: { atMost: 0.5, severity: "warn" },
  } as const;
  const checks = (people: PersonShelves[]) => {
    const behaviour = behaviourOf(people);
    return checkBehaviour({ settings, candidate: "als", rows: behaviour.result(), people: behaviour.people });
  };
  const many = (one: PersonShelves) => Array.from({ length: 30 }, () => one);

  it("hold the lists to each bound, with the champion's figure beside it", () => {
    const [change, diversity, decile] = checks(many(person({ candidate: "ab", champion: "ac" })));
    expect(change).toMatchObject({
      ...{ id: "behaviour.list_change", verdict: "fail", severity: "error", value: 0.5, sampleSize: 30 },
      explanation: "50 % of a person's list is not on the list that is live; at most 30 % was asked for.",
    });
    expect(diversity).toMatchObject({
      ...{ id: "behaviour.diversity", verdict: "pass", value: 1, championValue: 0 },
      explanation:
        "100 % of the pairs on a list have no genre in common (0 % with what is live); at least 50 % was asked for.",
    });
    expect(decile).toMatchObject({ id: "behaviour.top_decile", verdict: "pass", value: 0.5 });
  });

  it("cannot tell from too few people", () => {
    expect(checks([person({ candidate: "ab", champion: "ab" })])).toMatchObject(
      Array.from({ length: 3 }, () => ({
        ...{ verdict: "inconclusive", value: null },
        explanation: "Cannot tell: 1 person, 30 needed.",
      })),
    );
  });

  it("say that nothing moved where nothing is live", () => {
    expect(checks(many(person({ candidate: "ab" })))[0]).toMatchObject({
      ...{ verdict: "pass", value: null, explanation: "Nothing is live, so no list has moved." },
    });
  });

  it("are only those that the definition asks for", () => {
    expect(checkBehaviour({ settings: {}, candidate: "als", rows: [], people: 100 })).toEqual([]);
  });
});
