import { expect, it } from "vitest";
import { minorDigits } from "./currencies.ts";

it("knows the digits of every currency in use; CLDR, by which the engine goes, has less only where coins are out of use", () => {
  const known = Intl.supportedValuesOf("currency").filter((code) => minorDigits(code) !== undefined);
  // Codes that are newer than some engines' lists are the few that may be missing there.
  expect(known.length).toBeGreaterThan(145);
  for (const code of known) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency: code });
    const circulating = format.resolvedOptions().maximumFractionDigits as number;
    expect(`${code} ${circulating || minorDigits(code)}`).toBe(`${code} ${minorDigits(code)}`);
  }
  const digits = Object.fromEntries(
    ["JPY", "KRW", "EUR", "USD", "GBP", "KWD"].map((code) => [code, minorDigits(code)]),
  );
  expect(digits).toEqual({ JPY: 0, KRW: 0, EUR: 2, USD: 2, GBP: 2, KWD: 3 });
});

it("knows no metals, test codes, currencies that are gone, other spellings, or properties of objects", () => {
  for (const code of ["XAU", "XTS", "XXX", "DEM", "eur", "EUR ", "€", "", "constructor"])
    expect(minorDigits(code)).toBeUndefined();
});
