import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { changesAgainst } from "./shelf-change.ts";

it("says of each item whether it is new, or where it moved", () => {
  expect(changesAgainst(["a", "b", "c", "d"], ["a", "c", "b"])).toEqual(["same", "up", "down", "new"]);
});

it("says nothing without another shelf, and calls all new beside an empty one", () => {
  expect(changesAgainst(["a"], undefined)).toEqual([null]);
  expect(changesAgainst(["a"], [])).toEqual(["new"]);
});

const shelves = fc.uniqueArray(fc.constantFrom(..."abcdefghij"), { maxLength: 8 });
test.prop([shelves, shelves])("calls exactly those new that the other lacks", (shelf, other) => {
  const changes = changesAgainst(shelf, other);
  expect(shelf.filter((_, place) => changes[place] === "new")).toEqual(
    shelf.filter((item) => !other.includes(item)),
  );
  expect(changesAgainst(shelf, shelf).every((change) => change === "same")).toBe(true);
});
