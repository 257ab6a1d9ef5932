import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { weighReasons } from "./because.ts";

const ranking = (of: Record<string, number>) =>
  Object.entries(of).map(([itemId, score]) => ({ itemId, score }));

it("names the items without which the score falls, the weightiest first, and those without which it goes first", () => {
  const reasons = weighReasons(ranking({ x: 5, y: 3 }), [
    { leftOut: "newest", ranking: ranking({ x: 4.5, y: 3 }) },
    { leftOut: "strong", ranking: ranking({ x: 1, y: 3.5 }) },
    { leftOut: "vital", ranking: ranking({ y: 2.9 }) },
    { leftOut: "nothing", ranking: ranking({ x: 5, y: 3 }) },
  ]);
  expect(reasons.get("x")).toEqual(["vital", "strong", "newest"]);
  expect(reasons.get("y")).toEqual(["vital"]);
});

it("takes the newest of equals, and three at most", () => {
  const answers = ["d", "c", "b", "a"].map((leftOut) => ({ leftOut, ranking: [] }));
  expect(weighReasons(ranking({ x: 1 }), answers).get("x")).toEqual(["d", "c", "b"]);
});

it("gives none where nothing was left out", () => {
  expect(weighReasons(ranking({ x: 1 }), []).get("x")).toEqual([]);
});

const scores = fc.dictionary(fc.constantFrom(..."xyz"), fc.double({ min: -5, max: 5, noNaN: true }));
test.prop([scores, fc.array(scores, { maxLength: 6 })])(
  "names only items that were left out, each once, whose leaving lowers the score or drops the item",
  (shelf, withouts) => {
    const answers = withouts.map((of, at) => ({ leftOut: `h${at}`, ranking: ranking(of) }));
    const reasons = weighReasons(ranking(shelf), answers);
    expect([...reasons.keys()]).toEqual(Object.keys(shelf));
    for (const [itemId, named] of reasons) {
      expect(new Set(named).size).toBe(named.length);
      for (const name of named) {
        const after = withouts[Number(name.slice(1))]?.[itemId];
        expect(after === undefined || after < (shelf[itemId] as number)).toBe(true);
      }
      const falls = named.map(
        (name) => withouts[Number(name.slice(1))]?.[itemId] ?? Number.NEGATIVE_INFINITY,
      );
      expect(falls).toEqual(falls.toSorted((a, b) => (a === b ? 0 : a - b)));
    }
  },
);
