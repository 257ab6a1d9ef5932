import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { assignArm } from "./assign-arm.ts";
import { placeOf } from "./place-of.ts";

const UNITS = Array.from({ length: 100_000 }, (_, at) => `person ${at}`);
const ARMS = [
  { name: "control", share: 0.5 },
  { name: "one", share: 0.3 },
  { name: "two", share: 0.2 },
];
const experiment = (change: { id?: string; layer?: string; from?: number; traffic?: number } = {}) => {
  const { id = "movies-x1", layer = "movies", from = 0, traffic = 1 } = change;
  return { id, layer, slice: { from, traffic }, arms: ARMS };
};

/** Five standard deviations of so many throws. */
function isAbout(count: number, share: number, of: number): boolean {
  return Math.abs(count - share * of) < 5 * Math.sqrt(of * share * (1 - share));
}

it("spreads units over the arms by their shares, and puts no more than the traffic into the experiment", () => {
  const half = experiment({ traffic: 0.5 });
  const counts = Object.groupBy(UNITS, (unit) => assignArm(half, unit)?.name ?? "none");
  expect(isAbout(counts["none"]?.length ?? 0, 0.5, UNITS.length)).toBe(true);
  for (const { name, share } of ARMS)
    expect([name, isAbout(counts[name]?.length ?? 0, 0.5 * share, UNITS.length)]).toEqual([name, true]);
});

it("has no unit in two experiments of one layer, and those of two layers independent of each other", () => {
  const [first, second] = [
    experiment({ traffic: 0.4 }),
    experiment({ id: "movies-x2", from: 0.4, traffic: 0.6 }),
  ];
  for (const unit of UNITS)
    expect([assignArm(first, unit), assignArm(second, unit)].filter(Boolean)).toHaveLength(1);
  const other = experiment({ id: "shows-x1", layer: "shows", traffic: 0.4 });
  for (const { name, share } of ARMS)
    for (const { name: theirs, share: of } of ARMS) {
      const both = UNITS.filter(
        (unit) => assignArm(first, unit)?.name === name && assignArm(other, unit)?.name === theirs,
      );
      expect([name, theirs, isAbout(both.length, 0.4 * share * 0.4 * of, UNITS.length)]).toEqual([
        name,
        theirs,
        true,
      ]);
    }
});

it("spreads whoever had one arm before evenly over the arms of the next experiment", () => {
  const before = UNITS.filter((unit) => assignArm(experiment(), unit)?.name === "two");
  const after = before.filter((unit) => assignArm(experiment({ id: "movies-x2" }), unit)?.name === "two");
  expect(isAbout(after.length, 0.2, before.length)).toBe(true);
});

it("is computed from SHA-256 alone, so that another tool can", () => {
  // printf '12:layer:moviesann' | sha256sum; printf '9:movies-x1ann' | sha256sum; the first 12 digits of 48 bits
  expect(placeOf("layer:movies", "ann")).toBe(0x2d66869d3564 / 2 ** 48);
  expect(placeOf("movies-x1", "ann")).toBe(0x1623a7b31836 / 2 ** 48);
});

const place = fc.double({ min: 0.000001, max: 1, noNaN: true });
property.prop([fc.string(), place, place])(
  "moves nobody to another arm when traffic grows",
  (unit, one, other) => {
    const [small, large] = [Math.min(one, other), Math.max(one, other)];
    const before = assignArm(experiment({ traffic: small }), unit);
    if (before) expect(assignArm(experiment({ traffic: large }), unit)).toBe(before);
  },
);
