import { test as property } from "@fast-check/vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { placeOf } from "./place-of.ts";

const people = Array.from({ length: 100_000 }, (_, at) => `person ${at}`);

it.each([0.01, 0.05, 0.5])("puts a share of %d of the people below it", (share) => {
  const below = people.filter((person) => placeOf("run-1", person) < share).length / people.length;
  // five standard deviations of so many throws
  expect(Math.abs(below - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / people.length));
});

it("puts other people there under another key", () => {
  const both = people.filter((person) => placeOf("run-1", person) < 0.1 && placeOf("run-2", person) < 0.1);
  expect(both.length / people.length).toBeGreaterThan(0.008);
  expect(both.length / people.length).toBeLessThan(0.012);
});

it("is the first 48 bits of SHA-256 of length, key and person, so that anybody can compute it", () => {
  // printf '5:run-173' | sha256sum
  expect(placeOf("run-1", "73")).toBe(0xb06ad6025db2 / 2 ** 48);
});

property.prop([fc.string(), fc.string()])("stands between 0 and 1, always the same", (key, person) => {
  const place = placeOf(key, person);
  expect(place).toBeGreaterThanOrEqual(0);
  expect(place).toBeLessThan(1);
  expect(placeOf(key, person)).toBe(place);
});
