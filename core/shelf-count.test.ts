import { expect, it } from "vitest";
import { type Recommendation, ShelfCount } from "./shelf-count.ts";

function counted(shelf: Recommendation[]) {
  const count = new ShelfCount(3);
  count.add(["had"], shelf);
  return { seen: count.shelvesWithSeenItems, unsound: count.unsoundShelves };
}

it("takes a shelf for sound whose pins were seen and whose items rules moved, and no other", () => {
  const pin = { itemId: "had", score: 0, rule: "pin" } as const;
  const model = [
    { itemId: "a", score: 3 },
    { itemId: "b", score: 2 },
  ];
  expect(counted([pin, ...model])).toEqual({ seen: 0, unsound: 0 });
  expect(counted([{ itemId: "z", score: 1, rule: "share" }, ...model])).toEqual({ seen: 0, unsound: 0 });
  expect(counted([{ itemId: "had", score: 4 }, ...model])).toEqual({ seen: 1, unsound: 0 });
  expect(counted(model.toReversed())).toEqual({ seen: 0, unsound: 1 });
  expect(counted([{ ...pin, score: Number.NaN }, ...model])).toEqual({ seen: 0, unsound: 1 });
});
