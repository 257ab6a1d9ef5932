import { fc, it as prop } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { defineQa, FILMS, ranked } from "../tests/support/qa-films.ts";
import { ForbiddenCount } from "./qa-forbidden.ts";

function rule(itemIds: string[], of: { people?: { ids: string[] }; why?: string } = {}) {
  const { forbidden } = defineQa({
    forbidden: { not_for_children: { items: { ids: ["a"] }, owner: "nora", ...of } },
  }).qa;
  return new ForbiddenCount("not_for_children", forbidden["not_for_children"] as never, itemIds);
}

const children = { people: { ids: ["kim"] }, why: "18+ titles" };

it("fails for one person of many, and names the worst first: which item, to how many", () => {
  const count = rule(["a", "e"], children);
  for (let person = 0; person < 97; person += 1)
    count.add({ candidate: ranked("b", "c"), champion: ranked("a", "b") });
  count.add({ candidate: ranked("e", "a"), champion: ranked("b") });
  count.add({ candidate: ranked("b", "e"), champion: ranked("b") });
  expect(count.check(FILMS)).toEqual({
    id: "forbidden.not_for_children",
    group: "forbidden",
    title: "Never shown: not for children",
    verdict: "fail",
    severity: "error",
    value: 2,
    threshold: 0,
    unit: "count",
    championValue: 97,
    sampleSize: 99,
    owner: "nora",
    explanation:
      "2 of the 99 people whom the rule is about are shown 2 of 2 forbidden items (18+ titles); live now: to 97 people.",
    examples: ["“Eraserhead” is shown to 2 people", "“Alien” is shown to 1 person"],
    clause: "“Eraserhead” and “Alien”, forbidden by “not for children”, are shown to 2 people",
  });
});

it("passes when nobody is shown any of them", () => {
  const count = rule(["a"], children);
  count.add({ candidate: ranked("b", "c"), champion: undefined });
  expect(count.check(FILMS)).toMatchObject({
    verdict: "pass",
    value: 0,
    championValue: null,
    explanation: "None of the 1 person whom the rule is about is shown any of 1 forbidden item (18+ titles).",
  });
});

it("counts those without history by the shelf that they share", () => {
  const count = rule(["a"], children);
  count.add({ candidate: ranked("a"), champion: undefined }, 3);
  expect(count.check(FILMS)).toMatchObject({
    verdict: "fail",
    value: 3,
    sampleSize: 3,
    examples: ["“Alien” is shown to 3 people"],
  });
});

describe("what cannot be told", () => {
  it.each([
    ["without items", [], "Its query gave no items"],
    ["with ids that nothing has", ["x", "y"], "None of its 2 item ids is in the items table"],
  ])("is a rule %s", (_, itemIds, why) => {
    const count = rule(itemIds);
    count.add({ candidate: ranked("b"), champion: undefined });
    expect(count.check(FILMS)).toMatchObject({
      verdict: "inconclusive",
      value: null,
      explanation: expect.stringContaining(why),
    });
  });

  it("is a rule about nobody", () => {
    expect(rule(["a"], children).check(FILMS)).toMatchObject({
      verdict: "inconclusive",
      explanation: "It is about nobody: its query gave no people, so nothing was looked at.",
    });
  });
});

const shelf = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 3 });
prop.prop([
  fc.array(shelf, { minLength: 1 }),
  fc.uniqueArray(fc.constantFrom<string>("a", "b"), { minLength: 1 }),
])("fails exactly when somebody's shelf has one, and counts people, not places", (shelves, itemIds) => {
  const count = rule(itemIds);
  for (const ids of shelves) count.add({ candidate: ranked(...ids), champion: undefined });
  const harmed = shelves.filter((ids) => ids.some((id) => itemIds.includes(id))).length;
  expect(count.check(FILMS)).toMatchObject({
    value: harmed,
    verdict: harmed > 0 ? "fail" : "pass",
    sampleSize: shelves.length,
  });
});
