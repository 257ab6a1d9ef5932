import { fc, it as property } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { BrokenPromise } from "./errors.ts";
import {
  decodeTrainingSet,
  encodeTrainingSet,
  type Histories,
  historyOf,
  peopleIn,
  type TrainingSet,
} from "./training-set.ts";

/** Two people, three items; the second has nothing held out. */
const SMALL: TrainingSet = {
  items: ["a", "b", "ü"],
  train: { starts: Int32Array.of(0, 2, 3), items: Int32Array.of(2, 0, 1) },
  heldOut: { starts: Int32Array.of(0, 1, 1), items: Int32Array.of(1) },
};

const sets = fc
  .record({
    items: fc.uniqueArray(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 20 }),
    people: fc.array(fc.tuple(fc.array(fc.nat(1_000)), fc.array(fc.nat(1_000))), { maxLength: 10 }),
  })
  .map(({ items, people }): TrainingSet => {
    const pack = (part: 0 | 1): Histories => {
      const histories = people.map((person) => person[part].map((item) => item % items.length));
      const starts = Int32Array.of(0, ...histories.map((_, at) => histories.slice(0, at + 1).flat().length));
      return { starts, items: Int32Array.from(histories.flat()) };
    };
    return { items: items.sort((a, b) => (a < b ? -1 : 1)), train: pack(0), heldOut: pack(1) };
  });

describe("a training set", () => {
  property.prop([sets])("comes back from its bytes as it was", (set) => {
    expect(decodeTrainingSet(encodeTrainingSet(set))).toEqual(set);
  });

  property.prop([sets])("is read from bytes that begin anywhere in a buffer", (set) => {
    const bytes = encodeTrainingSet(set);
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(decodeTrainingSet(shifted.subarray(1))).toEqual(set);
  });

  property.prop([sets, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    "with one byte changed is another sound set or refused, never an error of another kind",
    (set, at, change) => {
      const bytes = encodeTrainingSet(set);
      const place = at % bytes.length;
      bytes[place] = (bytes[place] as number) ^ change;
      try {
        encodeTrainingSet(decodeTrainingSet(bytes));
      } catch (error) {
        expect(error).toBeInstanceOf(BrokenPromise);
      }
    },
  );

  property.prop([sets, fc.nat()])("that is cut short is refused", (set, at) => {
    const bytes = encodeTrainingSet(set);
    expect(() => decodeTrainingSet(bytes.subarray(0, at % bytes.length))).toThrow(BrokenPromise);
  });

  it("gives each person's history", () => {
    expect(peopleIn(SMALL.train)).toBe(2);
    expect([...historyOf(SMALL.train, 0)]).toEqual([2, 0]);
    expect([...historyOf(SMALL.heldOut, 1)]).toEqual([]);
  });

  it.each([
    ["items out of order", { items: ["b", "a", "ü"] }, 'item "a" is out of order'],
    ["an item twice", { items: ["a", "a", "ü"] }, 'item "a" is out of order or there twice'],
    ["an unknown item", { items: ["a", "b"] }, "item number 2 is not among its 2"],
    [
      "different people in its parts",
      { heldOut: { starts: Int32Array.of(0, 1), items: Int32Array.of(1) } },
      "its two parts have different numbers of people",
    ],
    [
      "histories that overlap",
      { train: { starts: Int32Array.of(0, 4, 3), items: Int32Array.of(2, 0, 1) } },
      "a history ends before it begins",
    ],
    [
      "items that nobody has",
      { train: { starts: Int32Array.of(0, 2, 2), items: Int32Array.of(2, 0, 1) } },
      "its histories don't cover their items",
    ],
  ])("is refused with %s", (_, change, message) => {
    expect(() => encodeTrainingSet({ ...SMALL, ...change })).toThrow(message);
  });
});
