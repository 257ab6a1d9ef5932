import { expect, it } from "vitest";
import { drawableAt, isNewAt, toNewItems } from "./new-items.ts";

const DAY_MS = 86_400_000;
const NOW = Date.parse("2026-11-30T12:00:00Z");
const at = (days: number) => NOW - days * DAY_MS;
const items = toNewItems({
  ...{ share: 0.1, withinMs: 14 * DAY_MS },
  since: [
    ["b", at(1)],
    ["old", at(14)],
    ["a", at(1)],
    ["coming", at(-1)],
    ["newest", at(0)],
    ["nearly_old", at(13.99)],
  ],
});

it("draws what became known within the time, the newest first, and neither what is too old nor what is to come", () => {
  expect(drawableAt(items, () => true, NOW)).toEqual(["newest", "a", "b", "nearly_old"]);
  expect(drawableAt(items, (itemId) => itemId !== "a", NOW)).toEqual(["newest", "b", "nearly_old"]);
  expect(drawableAt(items, () => true, NOW + DAY_MS)).toEqual(["coming", "newest", "a", "b"]);
});

it("says of each item whether it is new, none of one without a time", () => {
  const told = ["newest", "nearly_old", "old", "coming", "unknown"].map((itemId) =>
    isNewAt(items, itemId, NOW),
  );
  expect(told).toEqual([true, true, false, false, false]);
});

it("draws the newest 200 at most", () => {
  const since = Array.from({ length: 500 }, (_, index): [string, number] => [`i${index}`, NOW - index]);
  const many = toNewItems({ share: 0.1, withinMs: DAY_MS, since });
  const drawable = drawableAt(many, () => true, NOW);
  expect([drawable.length, drawable[0], drawable.at(-1)]).toEqual([200, "i0", "i199"]);
});
