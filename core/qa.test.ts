import { fc, it as prop } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { type DefinitionInput, definitionSchema } from "./definition.ts";
import { checkShelves, type QaFindings } from "./qa.ts";
import { composeReport, weighChecks } from "./qa-composition.ts";
import { type Check, qaReportSchema } from "./qa-report.ts";
import { ShelfCount } from "./shelf-count.ts";

const titles = new Map([
  ["a", "Alien"],
  ["b", "Brazil"],
  ["c", "Casablanca"],
  ["d", "Dune"],
]);

function define(qa: DefinitionInput["qa"]) {
  const rest = { sources: {}, features: {}, interactions: "interactions", items: "items" };
  return definitionSchema.parse({ name: "movies", ...rest, evaluation: { k: 2 }, qa });
}

/** Everybody has seen `c`; the first `full` of `people` are shown a and b, the others only a. */
function shelves({ people = 100, full = people }: { people?: number; full?: number } = {}): ShelfCount {
  const count = new ShelfCount(2);
  for (let person = 0; person < people; person++)
    count.add(["c"], person < full ? ranked("a", "b") : ranked("a"));
  return count;
}

function ranked(...items: string[]) {
  return items.map((itemId, rank) => ({ itemId, score: 1 / (rank + 1) }));
}

function find(findings: Partial<QaFindings>, id: string): Check | undefined {
  const all = { definition: define({}), count: shelves(), titles, fallbackLength: 2, ...findings };
  return checkShelves(all).find((check) => check.id === id);
}

describe("people coverage", () => {
  const definition = define({ peopleCoverage: { atLeast: 0.99 } });

  it("passes at the share asked for, and fails below", () => {
    expect(find({ definition, count: shelves({ full: 99 }) }, "people_coverage")).toMatchObject({
      verdict: "pass",
      severity: "error",
      value: 0.99,
      threshold: 0.99,
      sampleSize: 100,
    });
    expect(find({ definition, count: shelves({ full: 98 }) }, "people_coverage")).toMatchObject({
      verdict: "fail",
      explanation: "98 % of 100 people get a full shelf of 2 items; at least 99 % were asked for.",
    });
  });

  it("cannot tell a share from fewer than 30 people", () => {
    expect(find({ definition, count: shelves({ people: 29 }) }, "people_coverage")).toMatchObject({
      verdict: "inconclusive",
      value: null,
      sampleSize: 29,
    });
    expect(find({ definition, count: shelves({ people: 30 }) }, "people_coverage")?.verdict).toBe("pass");
  });

  it("is told, and asks for nothing, when the definition names no share", () => {
    expect(find({ count: shelves({ full: 1 }) }, "people_coverage")).toMatchObject({
      verdict: "pass",
      severity: "warn",
      threshold: null,
      explanation: "1 % of 100 people get a full shelf of 2 items; no least share was asked for.",
    });
  });
});

it("measures how many items somebody is shown, items that aren't in the table apart", () => {
  const count = shelves();
  count.add([], ranked("unknown"));
  const definition = define({ itemCoverage: { atLeast: 0.6 } });
  expect(find({ definition, count }, "item_coverage")).toMatchObject({
    verdict: "fail",
    severity: "warn",
    value: 0.5,
    explanation:
      "2 of 4 items (50 %) are shown to somebody; the rest is never seen on a shelf; at least 60 % were asked for.",
  });
});

describe("must-have items", () => {
  const definition = define({ mustHave: { items: ["a", "b", "d", "zz"], minPeople: 5 } });

  it("names what is missing by title, and how many people it reaches", () => {
    expect(find({ definition, count: shelves({ full: 3 }) }, "must_have")).toMatchObject({
      verdict: "fail",
      severity: "error",
      value: 1,
      threshold: 4,
      explanation:
        '3 of 4 must-have items are shown to fewer than 5 people: "Brazil" is shown to 3 people, "Dune" is shown to 0 people, "zz" is not in the items table.',
      examples: [
        '"Brazil" is shown to 3 people',
        '"Dune" is shown to 0 people',
        '"zz" is not in the items table',
      ],
    });
  });

  it("passes when each reaches enough people", () => {
    const asked = define({ mustHave: { items: ["a", "b"], minPeople: 5 } });
    expect(find({ definition: asked, count: shelves({ full: 5 }) }, "must_have")).toMatchObject({
      verdict: "pass",
      explanation: "All 2 must-have items are shown to at least 5 people.",
    });
  });

  it("cannot tell from fewer people than each must reach", () => {
    expect(find({ definition, count: shelves({ people: 4 }) }, "must_have")?.verdict).toBe("inconclusive");
  });

  it("is no check when none are named", () => {
    expect(find({}, "must_have")).toBeUndefined();
  });
});

describe("what no release may do", () => {
  it.each([
    ["seen_items", ["a"], ranked("a", "b")],
    ["sound_shelves", [], ranked("a", "a")],
    ["sound_shelves", [], ranked("a", "b").reverse()],
    ["sound_shelves", [], [{ itemId: "a", score: Number.NaN }]],
    ["sound_shelves", [], [{ itemId: "a", score: Number.POSITIVE_INFINITY }]],
    ["known_items", [], ranked("a", "zz")],
  ])("fails %s for one shelf of 101", (id, history, shelf) => {
    expect(find({}, id)).toMatchObject({ verdict: "pass", severity: "error", value: 0 });
    const count = shelves();
    count.add(history, shelf);
    expect(find({ count }, id)).toMatchObject({ verdict: "fail", value: 1, sampleSize: 101 });
  });

  it("counts an item without a title as unknown", () => {
    const untitled = new Map<string, string | null>([...titles, ["a", null]]);
    expect(find({ titles: untitled }, "known_items")).toMatchObject({ verdict: "fail", examples: ["a"] });
  });

  it("cannot tell without people", () => {
    expect(find({ count: new ShelfCount(2) }, "seen_items")?.verdict).toBe("inconclusive");
  });

  it("fails when a person without history would find a gap", () => {
    expect(find({ fallbackLength: 1 }, "fallback")).toMatchObject({
      verdict: "fail",
      value: 1,
      threshold: 2,
    });
    const one = new Map([["a", "Alien"]]);
    expect(find({ fallbackLength: 1, titles: one }, "fallback")?.verdict).toBe("pass");
  });
});

describe("the report", () => {
  const parts = { candidate: "als", metrics: [], previews: [] };
  const compose = (qa: DefinitionInput["qa"], count = shelves()) => {
    const definition = define(qa);
    const checks = checkShelves({ definition, count, titles, fallbackLength: 2 });
    return composeReport({ definition, checks, ...parts });
  };

  it("fits its schema and says in its headline what a manager must know", () => {
    const report = compose({});
    expect(qaReportSchema.parse(report)).toEqual(report);
    expect(report).toMatchObject({ verdict: "pass", headline: "als may go live: all 6 checks passed." });
    expect(compose({ itemCoverage: { atLeast: 0.9 } })).toMatchObject({
      verdict: "pass",
      headline:
        "als may go live, with 1 thing to weigh. 2 of 4 items (50 %) are shown to somebody; the rest is never seen on a shelf; at least 90 % were asked for.",
    });
    expect(compose({ mustHave: { items: ["d"], severity: "error" } })).toMatchObject({
      verdict: "fail",
      headline:
        'als must not go live: 1 check failed. 1 of 1 must-have item is shown to fewer than 1 person: "Dune" is shown to 0 people.',
    });
    expect(compose({ peopleCoverage: { atLeast: 0.9 } }, shelves({ people: 3 }))).toMatchObject({
      verdict: "inconclusive",
      headline: expect.stringContaining("Whether als may go live cannot be told. Only 3 people"),
    });
  });

  const someChecks = fc.array(
    fc.record({
      severity: fc.constantFrom("error", "warn"),
      verdict: fc.constantFrom("pass", "fail", "inconclusive"),
    }),
  ) as fc.Arbitrary<Check[]>;
  prop.prop([someChecks])("fails exactly when an error check failed, whatever the order", (checks) => {
    const hasFailed = checks.some(({ severity, verdict }) => severity === "error" && verdict === "fail");
    expect(weighChecks(checks) === "fail").toBe(hasFailed);
    expect(weighChecks(checks.toReversed())).toBe(weighChecks(checks));
  });
});
