import { fc, it as prop } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { defineQa, FILM_VALUES, FILMS, ranked } from "../tests/support/qa-films.ts";
import type { DefinitionInput } from "./definition.ts";
import { checkReach, findUnreachable, measureReach } from "./qa-reach.ts";
import { SliceReachCount } from "./qa-slice-reach.ts";
import { weighItems } from "./qa-values.ts";
import { ShelfCount } from "./shelf-count.ts";

/** `full` of `people` are shown a and b, the others only a. */
function shelves({ people = 100, full = people }: { people?: number; full?: number } = {}): ShelfCount {
  const count = new ShelfCount(2);
  for (let person = 0; person < people; person++)
    count.add(["c"], person < full ? ranked("a", "b") : ranked("a"));
  return count;
}

function find(
  id: "people" | "items" | "value",
  {
    qa = {},
    count = shelves(),
    championCount = undefined as ShelfCount | undefined,
    items = FILMS,
    values = FILM_VALUES,
  }: {
    qa?: DefinitionInput["qa"];
    count?: ShelfCount;
    championCount?: ShelfCount;
    items?: typeof FILMS;
    values?: typeof FILM_VALUES;
  },
) {
  const findings = { definition: defineQa(qa), candidate: "als", count, championCount, items, values };
  return checkReach(findings).find((check) => check.id === `coverage.${id}`);
}

describe("people", () => {
  const qa = { peopleCoverage: { atLeast: 0.99 } };

  it("pass at the share asked for, and fail below", () => {
    expect(find("people", { qa, count: shelves({ full: 99 }) })).toMatchObject({
      verdict: "pass",
      severity: "error",
      value: 0.99,
      threshold: 0.99,
      sampleSize: 100,
    });
    expect(find("people", { qa, count: shelves({ full: 98 }), championCount: shelves() })).toMatchObject({
      verdict: "fail",
      championValue: 1,
      explanation:
        "98 % of 100 people get a full shelf of 2 items from als itself; the others see the popularity list, or less (live now: 100 %); at least 99 % were asked for.",
    });
  });

  it("who see the popularity list because the model has nothing are not reached by it", () => {
    const count = shelves({ people: 99 });
    count.add(["c"], ranked("a", "b"), false);
    expect(find("people", { qa, count })).toMatchObject({ value: 0.99 });
  });

  it("are too few to tell below 30, for every share", () => {
    for (const id of ["people", "items", "value"] as const) {
      expect(find(id, { qa, count: shelves({ people: 29 }) })).toMatchObject({
        verdict: "inconclusive",
        value: null,
        explanation: expect.stringMatching(/^Only 29 people to look at/),
      });
      expect(find(id, { qa, count: shelves({ people: 30 }) })?.verdict).toBe("pass");
    }
  });

  it("are told, and nothing is asked for, when the definition names no share", () => {
    expect(find("people", { count: shelves({ full: 1 }) })).toMatchObject({
      verdict: "pass",
      severity: "warn",
      threshold: null,
      explanation: expect.stringMatching(/; no least share was asked for\.$/),
    });
  });
});

it("items: those that somebody is shown, of the items table", () => {
  const count = shelves();
  count.add([], ranked("unknown"));
  expect(find("items", { qa: { itemCoverage: { atLeast: 0.6 } }, count })).toMatchObject({
    verdict: "fail",
    severity: "warn",
    value: 0.4,
    sampleSize: 5,
    explanation:
      "2 of 5 items (40 %) are shown to somebody; the rest is never seen on a shelf; at least 60 % were asked for.",
  });
});

describe("value", () => {
  it("is what the shown items earn, and the check names the dearest that nobody is shown", () => {
    expect(find("value", { qa: { valueCoverage: { atLeast: 0.9 } } })).toMatchObject({
      verdict: "fail",
      severity: "error",
      value: 0.8,
      explanation: "Items with 80 % of all plays are shown to somebody; at least 90 % were asked for.",
      examples: ["“Casablanca”", "“Dune”"],
      clause: "items with 20 % of all plays are shown to nobody (“Casablanca” and “Dune”)",
    });
  });

  it("says how much belongs to items that are not offered any more", () => {
    const values = weighItems(
      "plays",
      new Map([
        ["a", 75],
        ["gone", 25],
      ]),
      FILMS,
    );
    expect(find("value", { values })).toMatchObject({
      value: 1,
      explanation: expect.stringContaining(
        "not counted: 25 % of plays, by items that aren't in the items table",
      ),
    });
  });

  it("cannot be told when no item earned anything", () => {
    expect(find("value", { values: weighItems("plays", new Map(), FILMS) })).toMatchObject({
      verdict: "inconclusive",
      explanation: "No item has any plays.",
    });
  });
});

it("items of value that nobody is shown, the dearest first, with what the champion shows of them", () => {
  const championCount = new ShelfCount(2);
  for (let person = 0; person < 40; person += 1) championCount.add([], ranked("c", "a"));
  expect(findUnreachable({ count: shelves(), championCount, items: FILMS, values: FILM_VALUES })).toEqual({
    count: 2,
    newlyLost: 1,
    valueShare: 0.2,
    items: [
      { itemId: "c", title: "Casablanca", value: 15, valueShare: 0.15, championPeople: 40 },
      { itemId: "d", title: "Dune", value: 5, valueShare: 0.05, championPeople: 0 },
    ],
  });
});

const anyPeople = fc.array(
  fc.record({
    shelf: fc.uniqueArray(fc.constantFrom(...FILMS.keys()), { maxLength: 3 }),
    segments: fc.uniqueArray(fc.constantFrom<string>("age/young", "age/old"), { maxLength: 2 }),
    isOwn: fc.boolean(),
  }),
  { maxLength: 120 },
);
prop.prop([anyPeople])("of a slice is what its people alone would give", (people) => {
  const slices = new SliceReachCount(2, FILMS);
  for (const { shelf, segments, isOwn } of people)
    slices.add({ segments, candidate: ranked(...shelf) }, isOwn);
  for (const [slice, reach] of slices.reach(FILM_VALUES)) {
    const alone = new ShelfCount(2);
    for (const { shelf, segments, isOwn } of people)
      if (segments.includes(slice)) alone.add([], ranked(...shelf), isOwn);
    const whole = measureReach("als", alone, { items: FILMS, values: FILM_VALUES });
    expect(reach).toEqual({
      people: alone.people,
      fullShelves: whole.people,
      itemCoverage: whole.items,
      valueCoverage: whole.value === null ? null : expect.closeTo(whole.value, 12),
    });
  }
});
