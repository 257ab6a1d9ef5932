import fc from "fast-check";
import { expect, it } from "vitest";
import { readCell } from "./cell.ts";
import { COLUMN_TYPES, type ColumnType } from "./definition.ts";

it.each<[ColumnType, string, string]>([
  ["text", " as it stands ", " as it stands "],
  ["text", "__proto__", "__proto__"],
  ["integer", "42", "42"],
  ["integer", " +7 ", "7"],
  ["integer", "-0", "0"],
  ["integer", "9007199254740991", "9007199254740991"],
  ["number", "3.50", "3.5"],
  ["number", ".5", "0.5"],
  ["number", "-0", "0"],
  ["number", "1e3", "1000"],
  ["boolean", "TRUE", "true"],
  ["boolean", "n", "false"],
  ["timestamp", "2026-01-31", "2026-01-31 00:00:00.0+00"],
  ["timestamp", "2024-02-29T23:59:59.123456+02:30", "2024-02-29 23:59:59.123456+02:30"],
  ["timestamp", "2026-01-31 18:30Z", "2026-01-31 18:30:00.0+00"],
  ["timestamp", "2026-01-31t18:30:00-08", "2026-01-31 18:30:00.0-08:00"],
  ["epoch_seconds", "1260759144", "2009-12-14T02:52:24.000Z"],
  ["epoch_seconds", "0.25", "1970-01-01T00:00:00.250Z"],
  ["epoch_seconds", "-62135596800", "0001-01-01T00:00:00.000Z"],
])("reads %s %j as %j", (type, written, value) => {
  expect(readCell(type, written)).toEqual({ value });
});

it.each<[ColumnType, string, string]>([
  ["text", "nul\0", "has a character that is NUL or not UTF-8"],
  ["text", "caf\uFFFD", "has a character that is NUL or not UTF-8"],
  ["integer", "4.0", "is not a whole number of at most 2^53"],
  ["integer", "9007199254740993", "is not a whole number of at most 2^53"],
  ["integer", "0x10", "is not a whole number of at most 2^53"],
  ["number", "1e999", "is not a finite number"],
  ["number", "NaN", "is not a finite number"],
  ["number", "Infinity", "is not a finite number"],
  ["number", "0x10", "is not a finite number"],
  ["number", "1,5", "is not a finite number"],
  ["number", "1_000", "is not a finite number"],
  ["number", "1\0", "is not a finite number"],
  ["boolean", "maybe", "is not true or false (t, f, yes, no, y, n, 1, 0)"],
  ["timestamp", "2023-02-29", 'is not a time such as "2026-01-31" or "2026-01-31T18:30:00Z"'],
  ["timestamp", "2026-13-01", 'is not a time such as "2026-01-31" or "2026-01-31T18:30:00Z"'],
  ["timestamp", "2026-01-31T24:00", 'is not a time such as "2026-01-31" or "2026-01-31T18:30:00Z"'],
  ["timestamp", "infinity", 'is not a time such as "2026-01-31" or "2026-01-31T18:30:00Z"'],
  ["timestamp", "01/31/2026", 'is not a time such as "2026-01-31" or "2026-01-31T18:30:00Z"'],
  ["epoch_seconds", "yesterday", "is not a number of seconds since 1970"],
  ["epoch_seconds", "1e999", "is outside the years 1 to 9999 as seconds since 1970; is it in milliseconds?"],
  [
    "epoch_seconds",
    "1260759144000",
    "is outside the years 1 to 9999 as seconds since 1970; is it in milliseconds?",
  ],
])("refuses %s %j: it %s", (type, written, fault) => {
  expect(readCell(type, written)).toEqual({ fault });
});

it("reads back every number, whole number and time that JavaScript writes", () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
      fc.date({
        min: new Date("0001-01-01T00:00:00Z"),
        max: new Date("9999-12-31T23:59:59.999Z"),
        noInvalidDate: true,
      }),
      (number, integer, date) => {
        expect(readCell("number", String(number))).toEqual({ value: String(number) });
        expect(readCell("integer", String(integer))).toEqual({ value: String(integer) });
        expect(readCell("timestamp", date.toISOString())).toEqual({
          value: date.toISOString().replace("T", " ").replace("Z", "+00"),
        });
      },
    ),
  );
});

it("gives a value or a fault for whatever stands in a field, and never throws", () => {
  fc.assert(
    fc.property(fc.constantFrom(...COLUMN_TYPES), fc.string({ unit: "binary" }), (type, written) => {
      const cell = readCell(type, written);
      expect(Object.keys(cell)).toHaveLength(1);
      expect(typeof ("value" in cell ? cell.value : cell.fault)).toBe("string");
    }),
    { numRuns: 1_000 },
  );
});
