import fc from "fast-check";
import { expect, it } from "vitest";
import { HistorySplitter, heldOutCount } from "./split.ts";
import { decodeTrainingSet, encodeTrainingSet, historyOf } from "./training-set.ts";

it.each([
  [0, 0.2, 0],
  [1, 0.9, 0],
  [2, 0.2, 1],
  [2, 0.9, 1],
  [9, 0.2, 1],
  [10, 0.2, 2],
  [100, 0.29, 29],
])("holds of %i interactions and a share of %d the last %i out", (count, share, held) => {
  expect(heldOutCount(count, share)).toBe(held);
});

it("keeps everybody's order, puts the earlier part before the cut, and loses nothing", () => {
  const items = Array.from({ length: 30 }, (_, index) => `item ${index}`);
  const history = fc.uniqueArray(fc.constantFrom(...items), { maxLength: 30 });
  fc.assert(
    fc.property(
      fc.array(history, { maxLength: 40 }),
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      (histories, share) => {
        const splitter = new HistorySplitter(items, share);
        for (const one of histories) splitter.add(one);
        const set = decodeTrainingSet(encodeTrainingSet(splitter.finish()));
        const people = histories.filter(({ length }) => length > 0);
        expect(set.train.starts).toHaveLength(people.length + 1);
        people.forEach((one, person) => {
          const [train, held] = [set.train, set.heldOut].map((part) =>
            Array.from(historyOf(part, person), (index) => set.items[index]),
          ) as [string[], string[]];
          expect([...train, ...held]).toEqual(one);
          expect(held).toHaveLength(heldOutCount(one.length, share));
        });
      },
    ),
  );
});

it("sorts items by code unit, as the training set wants them", () => {
  const items = ["b", "\u{1F600}", "\uFF01", "a"]; // the bytes of U+FF01 come before those of U+1F600
  expect(new HistorySplitter(items, 0.2).finish().items).toEqual(["a", "b", "\u{1F600}", "\uFF01"]);
});

it("grows past its first room", () => {
  const items = Array.from({ length: 20 }, (_, index) => String(index));
  const splitter = new HistorySplitter(items, 0.5);
  for (let person = 0; person < 5_000; person += 1) splitter.add(items);
  const set = splitter.finish();
  expect(set.train.items).toHaveLength(50_000);
  expect(set.heldOut.starts).toHaveLength(5_001);
  expect(Array.from(historyOf(set.heldOut, 4_999), (index) => set.items[index])).toEqual(items.slice(10));
});
