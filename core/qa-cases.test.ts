import { describe, expect, it } from "vitest";
import { defineQa, FILMS, ranked } from "../tests/support/qa-films.ts";
import type { DefinitionInput } from "./definition.ts";
import { type CaseShelves, checkCase } from "./qa-cases.ts";

type Asked = NonNullable<NonNullable<DefinitionInput["qa"]>["cases"]>[string];

function check(asked: Partial<Asked>, shelves: Partial<CaseShelves> = {}) {
  const { cases } = defineQa({
    cases: {
      horror_fan: { who: { history: ["e"] }, why: "Loves horror", owner: "nora", ...asked },
    },
  }).qa;
  const all = { history: ["e"], candidate: ranked("a", "b", "c"), champion: undefined, ...shelves };
  return checkCase("horror_fan", cases["horror_fan"] as never, all, FILMS);
}

it("passes when everything comes as asked", () => {
  expect(check({ must: ["a"], may: ["b", "c"], mustNot: ["d"], withinRank: 1 })).toEqual({
    id: "case.horror_fan",
    group: "case",
    title: "Case: horror fan",
    verdict: "pass",
    severity: "error",
    value: 0,
    threshold: 0,
    unit: "count",
    championValue: null,
    sampleSize: 1,
    owner: "nora",
    explanation: "Loves horror: it comes as asked.",
    examples: [],
  });
});

describe("a case that fails", () => {
  it("names its owner, each wish that isn't met, and what came instead", () => {
    const shelves = { candidate: ranked("c", "b", "a"), champion: ranked("a", "d") };
    expect(check({ must: ["a", "d", "zz"], mustNot: ["b"], withinRank: 2 }, shelves)).toMatchObject({
      verdict: "fail",
      value: 4,
      championValue: 1,
      explanation: "Loves horror: 4 wishes not met. What is live doesn't either. Ask nora.",
      examples: [
        "“Alien” must come and is in place 3, not within 2",
        "“Dune” must come and does not",
        "“zz” must come and is not in the items table",
        "“Brazil” must not come and is in place 2",
        "what came: “Casablanca”, “Brazil” and “Alien”",
      ],
      clause: "the case “horror fan” fails: “Alien” must come and is in place 3, not within 2 (ask nora)",
    });
  });

  it("takes nothing beside what must and may come, when that is said", () => {
    expect(check({ must: ["a"], may: ["b"] })).toMatchObject({
      verdict: "fail",
      value: 1,
      examples: ["“Casablanca” is in place 3 and is none that may come", expect.any(String)],
    });
    expect(check({ must: ["a"] }).verdict).toBe("pass");
  });

  it("says so when the champion does better, or nothing came", () => {
    expect(check({ must: ["d"] }, { champion: ranked("d"), candidate: [] })).toMatchObject({
      championValue: 0,
      explanation: "Loves horror: 1 wish not met. What is live does as asked. Ask nora.",
      examples: ["“Dune” must come and does not", "nothing came"],
    });
  });
});

describe("what cannot be told", () => {
  it("is somebody whom nobody knows", () => {
    const unknown = { history: undefined };
    expect(check({ who: { user: "kim" }, must: ["a"] }, unknown)).toMatchObject({
      verdict: "inconclusive",
      value: null,
      sampleSize: 0,
      explanation:
        "Loves horror: nobody called “kim” is in the interactions table, so it cannot be told. Ask nora.",
    });
    expect(check({ who: { user: "kim" }, must: ["a"] }).verdict).toBe("pass");
  });

  it("is a history of items that don't exist", () => {
    expect(check({ who: { history: ["x", "y"] }, must: ["a"] }).explanation).toBe(
      "Loves horror: nothing of its history (“x” and “y”) is in the items table, so it cannot be told. Ask nora.",
    );
    expect(check({ who: { history: [] }, must: ["a"] }).verdict).toBe("pass");
  });
});
