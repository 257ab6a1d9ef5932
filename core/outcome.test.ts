import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { decimalAmount, type Outcome, readOutcomes } from "./outcome.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");
const recommendationId = "019ab0c4-7c00-7d3e-8f00-0123456789ab";
const click = { kind: "click", id: "c1", recommendationId, itemId: "i07" };
const spend = { ...click, kind: "spend", id: "s1", currency: "EUR", amount: "12.50" };
const read = (...outcomes: unknown[]) => readOutcomes({ outcomes }, NOW);
const problemsOf = (outcome: unknown) => read(outcome).refused.map(({ problem }) => problem);

it("takes clicks, plays and spend, late ones too, as they were told", () => {
  const told = [
    click,
    { ...click, kind: "play", id: "p1", at: "2024-02-29T23:59:59+02:00" },
    spend,
    { ...click, kind: "spend", id: "s2", currency: "JPY", amountMinor: 300 },
    { ...click, id: "soon", at: "2026-11-25T12:59:59Z" },
  ];
  expect(read(...told)).toEqual({ outcomes: told, refused: [] });
});

it("refuses each that is faulty by its place, and takes all others", () => {
  const { outcomes, refused } = read(click, { ...click, kind: "clik" }, spend, "x");
  expect(outcomes).toEqual([click, spend]);
  expect(refused).toEqual([
    {
      index: 1,
      problem: 'outcomes[1].kind: "clik" is not known; write "click" or "play" or "spend" or "complaint"',
    },
    { index: 3, problem: 'outcomes[3]: "x" is not a group of settings; write settings in { }' },
  ]);
});

describe("says place, value and remedy of", () => {
  const cases: [what: string, outcome: object, problem: string][] = [
    ["a name that is missing", { ...click, id: undefined }, "outcomes[0].id: is missing; add it"],
    [
      "a name that PostgreSQL cannot keep",
      { ...click, itemId: "a\0" },
      "outcomes[0].itemId: has a character that PostgreSQL cannot keep (NUL, or half of a pair); leave it out",
    ],
    [
      "half of a pair",
      { ...click, id: "\ud83d" },
      "outcomes[0].id: has a character that PostgreSQL cannot keep (NUL, or half of a pair); leave it out",
    ],
    [
      "a recommendation that is none",
      { ...click, recommendationId: "7" },
      `outcomes[0].recommendationId: "7" is not the id of a recommendation; send the answer's recommendationId`,
    ],
    [
      "a time without a zone",
      { ...click, at: "2026-11-25T12:00:00" },
      'outcomes[0].at: "2026-11-25T12:00:00" is not a time; write ISO 8601 with a zone, as in "2026-11-25T20:15:00Z"',
    ],
    [
      "a time to come",
      { ...click, at: "2026-11-25T13:00:01Z" },
      'outcomes[0].at: "2026-11-25T13:00:01Z" has not come yet; set the clock that wrote it right',
    ],
    [
      "a time before all",
      { ...click, at: "0000-01-01T00:00:00Z" },
      'outcomes[0].at: "0000-01-01T00:00:00Z" is before the year 2000; set the clock that wrote it right',
    ],
    [
      "spend without an amount",
      { ...spend, amount: undefined },
      'outcomes[0].amount: is missing; write it as in "12.50", or send amountMinor',
    ],
    [
      "two amounts",
      { ...spend, amountMinor: 1250 },
      'outcomes[0].amount: "12.50" is there beside amountMinor; send one of them',
    ],
    [
      "an amount that is a number",
      { ...spend, amount: 12.5 },
      'outcomes[0].amount: 12.5 is not text; write the amount in quotes, as in "12.50", or send amountMinor',
    ],
    [
      "a refund",
      { ...spend, amount: "-1" },
      'outcomes[0].amount: "-1" is not an amount; write digits, as in "12.50", none of them negative',
    ],
    [
      "no currency",
      { ...spend, currency: "€" },
      'outcomes[0].currency: "€" is not a currency of ISO 4217; write its code, as in "EUR"',
    ],
    [
      "an amount of a click",
      { ...click, amount: "1" },
      'outcomes[0].amount: "amount" is not a setting here; known are "kind", "id", "recommendationId", "itemId", "at"',
    ],
  ];
  it.for(cases)("%s", ([, outcome, problem]) => {
    expect(problemsOf(outcome)).toEqual([problem]);
  });
});

it("refuses a body that is no list of outcomes, and one that is too long", () => {
  expect(() => readOutcomes([click], NOW)).toThrow("body: a list is not a group of settings");
  expect(() => readOutcomes(undefined, NOW)).toThrow("body: is missing; add it");
  expect(() => readOutcomes({ outcomes: [] }, NOW)).toThrow("body.outcomes: is empty");
  expect(() => readOutcomes({ outcomes: Array(1_001).fill(click) }, NOW)).toThrow(
    "body.outcomes: has too many entries; send 1000 at most",
  );
  expect(readOutcomes({ outcomes: Array(1_000).fill(click) }, NOW).outcomes).toHaveLength(1_000);
});

test.prop([fc.nat({ max: Number.MAX_SAFE_INTEGER }), fc.constantFrom(["JPY", 0], ["EUR", 2], ["KWD", 3])])(
  "writes an amount in the minor unit as the same amount of the currency's own, digit for digit",
  (amountMinor, [currency, digits]) => {
    const [outcome] = read({ ...spend, amount: undefined, amountMinor, currency }).outcomes;
    const written = decimalAmount(outcome as Extract<Outcome, { kind: "spend" }>);
    const [whole = "", fraction = ""] = written.split(".");
    expect(fraction).toHaveLength(digits as number);
    expect(BigInt(whole + fraction)).toBe(BigInt(amountMinor));
  },
);

test.prop([fc.jsonValue()])("says of whatever else is told that it is faulty, and never fails", (value) => {
  expect(read(value).outcomes).toEqual([]);
  expect(problemsOf(value).join()).toMatch(/^outcomes\[0\]/);
});
