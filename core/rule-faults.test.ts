import { expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import type { DefinitionInput } from "./definition.ts";
import { describeFault } from "./faults.ts";

function faultsOf(rules: DefinitionInput["rules"], change: Partial<DefinitionInput> = {}): string[] {
  const checked = checkDefinition(smallDefinition({ ...(rules && { rules }), ...change }));
  return checked.ok ? [] : checked.faults.map(describeFault);
}

it("refuses rules that say nothing, or never hold", () => {
  const faults = faultsOf([
    { kind: "share", name: "a", column: "genre", value: "News" },
    { kind: "window", name: "b", item: "x" },
    { kind: "ban", name: "c", item: "y", from: "2026-12-02T00:00:00Z", until: "2026-12-01T00:00:00Z" },
    { kind: "ban", name: "c", item: "z" },
  ]);
  expect(faults).toEqual([
    'rules[3].name: "c" is the name of another rule; choose another',
    'rules[0]: "a" names no share; write "atLeast", "atMost" or both',
    'rules[1]: "b" is always open; write "from", "until" or "countries"',
    'rules[2].until: "2026-12-01T00:00:00Z" is not after "from"; let it end later',
  ]);
});

it("refuses a rule that goes by countries where nothing says where somebody is, and a country that decides nothing", () => {
  const rights = { kind: "licence", name: "rights", column: "countries" } as const;
  const needed =
    'rules[0]: "rights" goes by countries, and nothing says where somebody is who doesn\'t say it';
  expect(faultsOf([rights])).toEqual([`${needed}; write "defaultCountry" too`]);
  expect(faultsOf([rights], { defaultCountry: "DE" })).toEqual([]);
  expect(faultsOf(undefined, { defaultCountry: "DE" })).toEqual([
    'defaultCountry: "DE" decides nothing, since no rule goes by countries; leave it out',
  ]);
});

it("refuses two rules of which one undoes the other at the same time and place, and no others", () => {
  const at = (from: string, until: string) => ({ from: `${from}T00:00:00Z`, until: `${until}T00:00:00Z` });
  const [december, january] = [at("2026-12-01", "2027-01-01"), at("2027-01-01", "2027-02-01")];
  expect(
    faultsOf(
      [
        { kind: "pin", name: "a", item: "x", rank: 1, ...december },
        { kind: "pin", name: "b", item: "y", rank: 1 },
        { kind: "ban", name: "c", item: "x", ...january },
        { kind: "pin", name: "d", item: "x", rank: 2, countries: ["DE"] },
        { kind: "ban", name: "e", item: "z", countries: ["AT"] },
        { kind: "boost", name: "f", item: "z", factor: 2, countries: ["DE"] },
      ],
      { defaultCountry: "DE" },
    ),
  ).toEqual([
    'rules[1].rank: 1 is the place of "a" at the same time; choose another, or other times',
    'rules[3].item: "x" is what "a" decides on at the same time; keep one of the two',
  ]);
});

it("refuses exploration beside a share or a distance, which it would break", () => {
  const apart = { kind: "apart", name: "mixed", column: "genre" } as const;
  const exploration = { share: 0.05 };
  expect(faultsOf([apart], { exploration })).toEqual([
    'exploration: draws items that the rule "mixed" might not allow beside the others; leave one of the two out',
  ]);
  const newItems = { share: 0.1, within: "14 d", column: "added_at" };
  expect(faultsOf([apart], { newItems })).toEqual([
    'newItems: draws items that the rule "mixed" might not allow beside the others; leave one of the two out',
  ]);
  const ban = { kind: "ban", name: "no_x", item: "x" } as const;
  expect(faultsOf([ban], { exploration, newItems })).toEqual([]);
  expect(faultsOf([], { filters: ["genre", "genre"] })).toEqual([
    'filters[1]: "genre" is in the list already; write it once',
  ]);
  expect(faultsOf([], { newItems: { ...newItems, within: "2 min" } })).toEqual([
    'newItems.within: "2 min" is too short; write "1 h" or more',
  ]);
});

it("refuses shares that contradict each other, or a distance", () => {
  const share = (value: string, of: { atLeast?: number; atMost?: number }) =>
    ({ kind: "share", name: value.toLowerCase(), column: "genre", value, ...of }) as const;
  expect(
    faultsOf([
      share("News", { atLeast: 0.5, atMost: 0.4 }),
      share("Drama", { atLeast: 0.6 }),
      { ...share("Drama", { atMost: 0.9 }), name: "again" },
    ]),
  ).toEqual([
    'rules[0].atLeast: 0.5 is more than "atMost", 0.4; let it be at most that',
    'rules[1].atLeast: with it the least shares of "genre" add up to 1.1, more than a whole list; lower one',
    'rules[2]: "again" is about what "drama" is about; make one rule of them',
  ]);
  const apart = { kind: "apart", name: "mixed", column: "genre" } as const;
  expect(faultsOf([share("Drama", { atLeast: 0.6 }), apart])).toEqual([
    'rules[0].atLeast: 0.6 is more than half, so some of "Drama" would stand next to each other, which another rule forbids; lower it, or leave one out',
  ]);
});
