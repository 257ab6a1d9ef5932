import fc from "fast-check";
import type { Histories, TrainingSet } from "../../core/training-set.ts";
import type { AlsSettings } from "../../trainers/settings.ts";

/** A training set of people's items by name; `offered` adds items that nobody had. */
export function trainingSetOf(
  people: readonly { train: readonly string[]; heldOut?: readonly string[] }[],
  offered: readonly string[] = [],
): TrainingSet {
  const all = people.flatMap(({ train, heldOut = [] }) => [...train, ...heldOut]);
  const items = [...new Set([...all, ...offered])].sort((a, b) => (a < b ? -1 : 1));
  const pack = (part: "train" | "heldOut"): Histories => {
    const starts = [0];
    const indices: number[] = [];
    for (const person of people) {
      for (const item of person[part] ?? []) indices.push(items.indexOf(item));
      starts.push(indices.length);
    }
    return { starts: Int32Array.from(starts), items: Int32Array.from(indices) };
  };
  return { items, train: pack("train"), heldOut: pack("heldOut") };
}

/** Names of made-up items, some of them awkward: `item-7`, `ü7`. */
function itemName(number: number): string {
  return number % 5 === 0 ? `ü${number}` : `item-${number}`;
}

/** Small training sets: up to 12 people with some of 15 items each, of which one person at least has one. */
export const trainingSets: fc.Arbitrary<TrainingSet> = fc
  .array(fc.array(fc.nat(14).map(itemName), { maxLength: 10 }), { minLength: 1, maxLength: 12 })
  .filter((people) => people.some((items) => items.length > 0))
  .map((people) =>
    trainingSetOf(
      people.map((train) => ({ train })),
      [itemName(15), itemName(16)],
    ),
  );

/** Histories as anybody may send them: known items, also twice, and unknown ones. */
export const histories: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.nat(16).map(itemName) },
    { weight: 1, arbitrary: fc.string({ unit: "grapheme" }) },
  ),
  { maxLength: 12 },
);

/** Settings of ALS small enough for these sets. */
export const alsSettings: fc.Arbitrary<AlsSettings> = fc.record({
  trainer: fc.constant("als" as const),
  factors: fc.integer({ min: 1, max: 6 }),
  iterations: fc.integer({ min: 1, max: 3 }),
  regularization: fc.constantFrom(0.1, 1, 5),
  alpha: fc.constantFrom(0.5, 3, 40),
  seed: fc.nat(),
});

/** Each person's different items by name. */
export function itemsByPerson({ items, train }: TrainingSet): Set<string>[] {
  return Array.from(
    { length: train.starts.length - 1 },
    (_, person) =>
      new Set(
        Array.from(
          train.items.subarray(train.starts[person], train.starts[person + 1]),
          (at) => items[at] as string,
        ),
      ),
  );
}
