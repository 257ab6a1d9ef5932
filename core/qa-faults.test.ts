import { describe, expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import type { DefinitionInput } from "./definition.ts";
import { describeFault } from "./faults.ts";
import { planGraph } from "./graph.ts";
import { qaUsesAsOf, queriesOfQa } from "./qa-queries.ts";

const SETTINGS = { baselineOnly: true, hasChampion: false };

function faultsOf(qa: unknown, rest: Partial<DefinitionInput> = {}): string[] {
  const checked = checkDefinition({ ...smallDefinition(rest), qa });
  return checked.ok ? [] : checked.faults.map(describeFault);
}

const oneCase = (asked: object) => ({
  cases: { late: { who: { history: ["h"] }, why: "comes late", owner: "nora", ...asked } },
});

describe("a QA setting that could not be honoured", () => {
  it.each([
    [
      "a forbidden item written twice",
      { forbidden: { x: { items: { ids: ["a", "a"] } } } },
      'qa.forbidden.x.items.ids[1]: "a" is in the list already; write it once',
    ],
    [
      "a person previewed twice",
      { preview: ["p", { user: "p", note: "again" }] },
      'qa.preview[1]: "p" is in the list already; write it once',
    ],
    [
      "a rank beyond the shelf",
      { mustHave: { top: { items: { ids: ["a"] }, withinRank: 11 } } },
      "qa.mustHave.top.withinRank: 11 is beyond the shelf, which has 10 items (evaluation.k); write 10 or less",
    ],
    [
      "a case that asks for nothing",
      oneCase({}),
      'qa.cases.late: asks for nothing; write "must", "may" or "mustNot"',
    ],
    [
      "more items than places",
      oneCase({ must: ["a", "b", "c"], withinRank: 2 }),
      'qa.cases.late.must: 3 items have no room in 2 places; leave some out, or raise "withinRank"',
    ],
    [
      "an item that must and must not come",
      oneCase({ must: ["a"], mustNot: ["a"] }),
      'qa.cases.late.mustNot: "a" must or may come too; take it out of one of the lists',
    ],
    [
      "an item that was had",
      oneCase({ must: ["h"] }),
      'qa.cases.late.must: "h" is in the history, and what somebody had is never shown again; leave it out of one of them',
    ],
    [
      "a rule about genres without genres",
      { behaviour: { minDiversity: { atLeast: 0.2 } } },
      'qa.behaviour.minDiversity: needs to know genres; name the column of the items table in "qa.display.genre"',
    ],
    [
      "a query that writes",
      { value: { sql: "delete from x", label: "spend" } },
      'qa.value.sql: is not a query; begin it with "select" or "with"',
    ],
    [
      "a query of a table that isn't there",
      { segments: { age: { sql: "select user_id, age as segment from {{ profils }}" } } },
      'qa.segments.age.sql: "profils" is not a source or feature table; known here are "sales", "interactions", "items"',
    ],
    [
      "braces that aren't closed",
      { mustHave: { top: { items: { sql: "select item_id from {{ items }" } } } },
      "qa.mustHave.top.items.sql: has braces that belong to no {{ name }}; close them, as in {{ titles }}",
    ],
    [
      "a bare list of ids",
      { mustHave: { top: { items: ["a"] } } },
      "qa.mustHave.top.items: a list is not a group of settings; write settings in { }",
    ],
  ])("is refused: %s", (_, qa, fault) => {
    expect(faultsOf(qa)).toEqual([fault]);
  });
});

it("takes settings that fit", () => {
  expect(
    faultsOf({
      ...oneCase({ must: ["a"], may: ["b"], mustNot: ["c"], withinRank: 3 }),
      display: { genre: "genre" },
      behaviour: { minDiversity: { atLeast: 0.2 } },
      mustHave: { top: { items: { sql: "select item_id from {{ sales }} limit 3" }, withinRank: 10 } },
    }),
  ).toEqual([]);
});

describe("tables that only QA reads", () => {
  const profiles = {
    file: "profiles.csv",
    columns: { user_id: { type: "text" as const }, age: { type: "integer" as const } },
    key: ["user_id"],
  };
  const { sources, features } = smallDefinition();
  const definition = {
    ...smallDefinition({ sources: { ...sources, profiles } }),
    features: { ...features, ages: { sql: "select user_id, age::text as segment from {{ profiles }}" } },
    qa: { segments: { age: { sql: "select * from {{ ages }} where {{ as_of }} > '2020-01-01'" } } },
  };

  it("are needed, and QA comes after the step that makes them", () => {
    const checked = checkDefinition(definition);
    if (!checked.ok) throw new Error(checked.faults.map(describeFault).join("\n"));
    const plan = planGraph(checked.definition, SETTINGS);
    expect(plan.find(({ name }) => name === "qa")?.after).toEqual(["choose", "feature:ages"]);
    expect(qaUsesAsOf(checked.definition)).toBe(true);
    expect(queriesOfQa(checked.definition.qa).map(({ path }) => path.join("."))).toEqual([
      "qa.segments.age.sql",
    ]);
  });

  it("are not needed when nothing asks for them", () => {
    const { qa: _, ...rest } = definition;
    expect(faultsOf({}, rest)).toEqual([
      "sources.profiles: nothing that a run needs reads it; read it in a feature table or step, or remove it",
      "features.ages: nothing that a run needs reads it; read it in a feature table or step, or remove it",
    ]);
  });
});
