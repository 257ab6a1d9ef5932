import { fc, it as prop } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { defineQa, FILM_VALUES, FILMS, ranked } from "../tests/support/qa-films.ts";
import type { DefinitionInput } from "./definition.ts";
import { MustHaveCount } from "./qa-must-have.ts";

type Asked = NonNullable<NonNullable<DefinitionInput["qa"]>["mustHave"]>[string];

interface Person {
  candidate: ReturnType<typeof ranked>;
  champion?: ReturnType<typeof ranked>;
}

function check(itemIds: string[], asked: Partial<Asked>, people: Person[]) {
  const { mustHave } = defineQa({ mustHave: { top_films: { items: { ids: ["a"] }, ...asked } } }).qa;
  const count = new MustHaveCount("top_films", mustHave["top_films"] as never, itemIds);
  for (const { candidate, champion } of people) count.add({ candidate, champion });
  return count.check(FILMS, FILM_VALUES);
}

const people = (count: number, ...itemIds: string[]): Person[] =>
  Array.from({ length: count }, () => ({ candidate: ranked(...itemIds) }));

it("passes when each item is shown to somebody", () => {
  expect(check(["a", "b"], {}, [...people(1, "a"), ...people(1, "b")])).toEqual({
    id: "must_have.top_films",
    group: "must_have",
    title: "Must-have items: top films",
    verdict: "pass",
    severity: "error",
    value: 2,
    threshold: 2,
    unit: "count",
    championValue: null,
    sampleSize: 2,
    owner: null,
    explanation: "All 2 must-have items are shown to at least 1 person.",
    examples: [],
  });
});

it("names what is missing, the dearest first, and what the champion shows of it", () => {
  const shown = [
    ...people(2, "b", "e").map((person) => ({ ...person, champion: ranked("a", "d") })),
    ...people(1, "e", "b").map((person) => ({ ...person, champion: ranked("a") })),
  ];
  expect(check(["d", "zz", "a", "b"], { minPeople: 2, owner: "nora" }, shown)).toMatchObject({
    verdict: "fail",
    value: 1,
    threshold: 4,
    championValue: 2,
    owner: "nora",
    explanation: "1 of 4 must-have items are shown to at least 2 people (live now: 2); 3 are not.",
    examples: [
      "“Alien” is shown to nobody (live now: to 3 people)",
      "“Dune” is shown to nobody (live now: to 2 people)",
      "“zz” is not in the items table",
    ],
    clause: "3 of 4 must-have items (“Alien”, “Dune” and “zz”) are shown to nobody",
  });
});

it("counts only the places that were promised", () => {
  const shown = people(40, "a", "b");
  expect(check(["b"], { withinRank: 1 }, shown)).toMatchObject({
    verdict: "fail",
    clause: "1 of 1 must-have item (“Brazil”) is shown to nobody in the first place",
  });
  expect(check(["b"], { withinRank: 2 }, shown).verdict).toBe("pass");
});

it("asks for a share of all people, rounded up to whole ones", () => {
  const shown = [...people(7, "a"), ...people(93, "b")];
  expect(check(["a"], { minShare: 0.07 }, shown).verdict).toBe("pass");
  expect(check(["a"], { minShare: 0.071 }, shown)).toMatchObject({
    verdict: "fail",
    explanation: "0 of 1 must-have item are shown to at least 8 people (7.1 % of all); 1 is not.",
    clause: "1 of 1 must-have item (“Alien”) is shown to fewer than 8 people",
  });
});

describe("what cannot be told", () => {
  it("is a query without rows: it must not pass in silence", () => {
    expect(check([], {}, people(50, "a"))).toMatchObject({
      verdict: "inconclusive",
      value: null,
      explanation: expect.stringContaining("Its query gave no items"),
    });
  });

  it("is fewer people than each item must reach", () => {
    expect(check(["a"], { minPeople: 5 }, people(4, "a"))).toMatchObject({
      verdict: "inconclusive",
      explanation:
        "Each of 1 item must be shown to 5 people, and there are only 4 in all, so it cannot be told.",
    });
  });
});

const shelf = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 2 });
prop.prop([
  fc.array(shelf, { minLength: 1, maxLength: 60 }),
  fc.uniqueArray(fc.constantFrom("a", "b", "c", "d"), { minLength: 1 }),
  fc.integer({ min: 1, max: 5 }),
])("passes exactly when each item is on as many shelves as asked for", (shelves, itemIds, minPeople) => {
  const found = check(
    itemIds,
    { minPeople },
    shelves.map((ids) => ({ candidate: ranked(...ids) })),
  );
  const reached = itemIds.filter((id) => shelves.filter((ids) => ids.includes(id)).length >= minPeople);
  if (found.verdict === "inconclusive") expect(shelves.length).toBeLessThan(minPeople);
  else {
    expect(found.value).toBe(reached.length);
    expect(found.verdict).toBe(reached.length === itemIds.length ? "pass" : "fail");
    expect(found.examples).toHaveLength(itemIds.length - reached.length);
  }
});
