import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { historyWith, readBatchRow } from "./batch-rows.ts";

const read = (userId: string | null, items: string | null = null, country: string | null = null) =>
  readBatchRow({ userId, items, country });

it("reads a person, a session, or both; items between strokes or as JSON", () => {
  expect(read("ann")).toEqual({ userId: "ann", items: [], country: null });
  expect(read("", "a|b")).toEqual({ userId: null, items: ["a", "b"], country: null });
  expect(read("ann", '["a|b","[c"]', "DE")).toEqual({ userId: "ann", items: ["a|b", "[c"], country: "DE" });
});

it("says why a row is none", () => {
  expect(read(null)).toEqual({ fault: "has neither a user nor items" });
  expect(read("x".repeat(201))).toEqual({ fault: "its user is longer than 200 characters" });
  expect(read("ann", "[1]")).toEqual({ fault: "its items are no JSON array of texts" });
  expect(read("ann", "[")).toEqual({ fault: "its items are no JSON array of texts" });
  expect(read("ann", null, "de")).toEqual({ fault: "its country is not two capital letters" });
  expect(read("a\0")).toEqual({ fault: "has a character that no text has" });
});

const ids = fc.array(fc.string({ minLength: 1, maxLength: 20, unit: "grapheme-ascii" }), { maxLength: 100 });

test.prop([ids])("takes any items as JSON as they are", (items) => {
  expect(read("ann", JSON.stringify(items))).toEqual({ userId: "ann", items, country: null });
});

test.prop([ids, ids])("puts what was just had last, each item once, and loses none", (before, items) => {
  const own = [...new Set(before)];
  const history = historyWith(own, items);
  expect(new Set(history)).toEqual(new Set([...own, ...items]));
  expect(history).toHaveLength(new Set(history).size);
  const newest = history.slice(history.length - new Set(items).size);
  expect(new Set(newest)).toEqual(new Set(items));
  expect(newest.at(-1)).toBe(items.at(-1) ?? newest.at(-1));
});
