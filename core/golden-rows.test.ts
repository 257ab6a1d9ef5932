import { test } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeGoldenRows, encodeGoldenRows, findGoldenMismatch } from "./golden-rows.ts";

const KEPT = { history: ["a"], items: ["b", "c", "d"], scores: [10, 5, 5] };
const answer = (of: [string, number][]) => of.map(([itemId, score]) => ({ itemId, score }));
const mismatch = (of: [string, number][]) => findGoldenMismatch(KEPT, answer(of));

const scored = fc.uniqueArray(fc.tuple(fc.string(), fc.float({ noNaN: true, noDefaultInfinity: true })), {
  selector: ([itemId]) => itemId,
});
const rows = fc.record({
  k: fc.integer({ min: 1, max: 100 }),
  cases: fc.array(
    fc.tuple(fc.array(fc.string()), scored).map(([history, best]) => ({
      history,
      items: best.map(([itemId]) => itemId),
      // JSON has no -0, and no score is one
      scores: best.map(([, score]) => score + 0),
    })),
    { minLength: 1 },
  ),
});

test.prop([rows])("reads what was written, and finds each answer the one that was kept", (golden) => {
  expect(decodeGoldenRows(encodeGoldenRows(golden))).toEqual(golden);
  for (const one of golden.cases)
    expect(
      findGoldenMismatch(
        one,
        one.items.map((itemId, rank) => ({ itemId, score: one.scores[rank] as number })),
      ),
    ).toBeUndefined();
});

it("takes what another processor's adding up changes: the last digits, and the order of equal scores", () => {
  expect(
    mismatch([
      ["b", 10.0005],
      ["d", 5],
      ["c", 4.9996],
    ]),
  ).toBeUndefined();
  expect(
    mismatch([
      ["b", 10],
      ["c", 5],
      ["e", 5.0001],
    ]),
  ).toBeUndefined();
});

it("takes no other score, item, order or length, and nothing that is not a number", () => {
  expect(
    mismatch([
      ["b", 10.002],
      ["c", 5],
      ["d", 5],
    ]),
  ).toBe("score 10.002 in place 1, where 10 was kept");
  expect(
    mismatch([
      ["c", 10],
      ["b", 5],
      ["d", 5],
    ]),
  ).toBe('item "c" in place 1, where "b" was kept');
  expect(
    mismatch([
      ["e", 10],
      ["c", 5],
      ["d", 5],
    ]),
  ).toBe('item "e" in place 1, where "b" was kept');
  expect(
    mismatch([
      ["b", 10],
      ["c", 5],
    ]),
  ).toBe("2 items, where 3 were kept");
  expect(
    mismatch([
      ["b", 10],
      ["c", 5],
      ["c", 5],
    ]),
  ).toBe("an item twice");
  expect(
    mismatch([
      ["b", 10],
      ["c", 5],
      ["d", Number.NaN],
    ]),
  ).toBe("score NaN in place 3, where 5 was kept");
});

it("refuses bytes that are no golden rows", () => {
  for (const text of [
    "",
    "{}",
    '{"format":"holt-golden-rows-1","k":0,"cases":[[[],[],[]]]}',
    '{"format":"holt-golden-rows-1","k":5,"cases":[]}',
    '{"format":"holt-golden-rows-1","k":5,"cases":[[[],["a"],[]]]}',
    '{"format":"holt-golden-rows-1","k":5,"cases":[[[],["a"],[null]]]}',
  ])
    expect(() => decodeGoldenRows(new TextEncoder().encode(text))).toThrow(
      "golden rows: their bytes cannot be read",
    );
});
