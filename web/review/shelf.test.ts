import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { exampleReport } from "../../tests/support/page-report.ts";
import { worstFirst } from "./order.ts";
import { countNew, markDifferences } from "./shelf.ts";

const shelf = (...ids: string[]) => ids.map((itemId) => ({ itemId, title: `Title ${itemId}` }));
const shelves = fc
  .uniqueArray(fc.constantFrom(..."abcdefghij"), { maxLength: 10 })
  .map((ids) => shelf(...ids));

describe("two shelves side by side", () => {
  it("mark what is new, what stands higher and what lower", () => {
    const marks = markDifferences(shelf("a", "b", "c", "d"), shelf("b", "a", "c"));
    expect(marks.map(({ mark }) => mark)).toEqual(["up", "down", "same", "only_here"]);
  });

  it("mark nothing without another shelf", () => {
    expect(markDifferences(shelf("a", "b"), undefined).map(({ mark }) => mark)).toEqual(["same", "same"]);
  });

  test.prop([shelves, shelves])("agree on how many items are new", (here, there) => {
    const marked = markDifferences(here, there);
    expect(marked.map(({ itemId }) => itemId)).toEqual(here.map(({ itemId }) => itemId));
    expect(marked.filter(({ mark }) => mark === "only_here")).toHaveLength(countNew(here, there));
  });

  test.prop([shelves])("differ in nothing from themselves", (here) => {
    expect(countNew(here, here)).toBe(0);
    expect(markDifferences(here, here).every(({ mark }) => mark === "same")).toBe(true);
  });
});

it("orders checks worst first: what failed and had to pass before what is to be weighed", () => {
  const [example] = exampleReport("als").checks;
  if (!example) throw new Error("exampleReport: has no checks");
  const check = (id: string, verdict: typeof example.verdict, severity: typeof example.severity) => ({
    ...example,
    ...{ id, verdict, severity },
  });
  const ordered = worstFirst([
    check("passed", "pass", "error"),
    check("unknown", "inconclusive", "warn"),
    check("to weigh", "fail", "warn"),
    check("must pass", "fail", "error"),
    check("unknown but must pass", "inconclusive", "error"),
  ]);
  expect(ordered.map(({ id }) => id)).toEqual([
    "must pass",
    "to weigh",
    "unknown but must pass",
    "unknown",
    "passed",
  ]);
});
