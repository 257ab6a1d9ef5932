import { expect, it } from "vitest";
import { smallModelParsed } from "../../tests/support/small-model.ts";
import type { Source } from "../definition.ts";
import { checkDelivery, namesOfChecks } from "./delivery-checks.ts";
import type { ColumnProfile, SourceProfile } from "./profile.ts";

const SOURCE: Source = {
  ...(smallModelParsed().sources["titles"] as Source),
  key: ["item_id"],
  columns: {
    item_id: { type: "text", optional: false },
    genre: { type: "text", optional: true },
    price: { type: "number", optional: true },
  },
};

const GENRE: ColumnProfile = { nullShare: 0.01, values: { Drama: 0.6, Comedy: 0.3, Crime: 0.09 } };
const PRICE: ColumnProfile = { nullShare: 0.02, quantiles: [1, 4, 5, 8, 20] };

function profile(change: Partial<SourceProfile> = {}): SourceProfile {
  return { rows: 1_000, newRows: 300, columns: { genre: GENRE, price: PRICE }, dailyRows: null, ...change };
}

/** Six deliveries that grew by a tenth each, then this one. */
function check(newest: SourceProfile, { source = SOURCE, earlier = 6 } = {}) {
  const before = Array.from({ length: earlier }, (_, at) => profile({ rows: Math.round(1_000 * 1.1 ** at) }));
  return checkDelivery({ source: "titles", defined: source, newest, earlier: before });
}

const failed = (newest: SourceProfile) =>
  check(newest)
    .filter(({ verdict }) => verdict === "fail")
    .map(({ id }) => id);

const columns = (change: Partial<Record<"genre" | "price", Partial<ColumnProfile>>>) =>
  profile({
    rows: 1_772,
    columns: { genre: { ...GENRE, ...change.genre }, price: { ...PRICE, ...change.price } },
  });

it("passes a delivery that is as the earlier ones were, and names the source in each check", () => {
  const checks = check(columns({}));
  expect(checks.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["rows:titles", "pass"],
    ["nulls:titles:genre", "pass"],
    ["values:titles:genre", "pass"],
    ["nulls:titles:price", "pass"],
    ["range:titles:price", "pass"],
  ]);
  expect(new Set(checks.map(({ cause }) => cause))).toEqual(new Set(["source:titles"]));
});

it("says nothing while there are fewer than five earlier deliveries, or of columns with few new rows", () => {
  expect(check(profile({ rows: 1 }), { earlier: 4 })).toEqual([]);
  expect(check(profile({ rows: 1_772, columns: null })).map(({ id }) => id)).toEqual(["rows:titles"]);
});

it("finds half of the rows missing, and twice as many", () => {
  expect(failed(profile({ rows: 800 }))).toEqual(["rows:titles"]);
  expect(failed(profile({ rows: 3_400 }))).toEqual(["rows:titles"]);
  const [found] = check(profile({ rows: 800 }));
  expect(found).toMatchObject({
    title: 'Source "titles" is as long as usual',
    value: "800 rows",
    threshold: "1,418 to 2,215 rows",
    explanation: 'Source "titles" was delivered with 800 rows, the last usual time before with 1,611.',
  });
});

it("finds a column that lost its values", () => {
  expect(failed(columns({ genre: { nullShare: 0.4 } }))).toEqual(["nulls:titles:genre"]);
  expect(failed(columns({ genre: { nullShare: 0.055 } }))).toEqual([]);
});

it("finds categories that are coded anew, and one that vanished, without telling any value", () => {
  const anew = columns({ genre: { values: { "1": 0.6, "2": 0.3, "3": 0.09 } } });
  expect(failed(anew)).toEqual(["values:titles:genre"]);
  expect(check(anew).find(({ id }) => id === "values:titles:genre")).toMatchObject({
    value: "99 % unheard of, 3 vanished",
    explanation:
      'Source "titles": of 300 new rows, 99 % have a "genre" that no earlier delivery had; of 3 common values 3 are not there any more.',
  });
  expect(failed(columns({ genre: { values: { Drama: 0.7, Crime: 0.29 } } }))).toEqual([
    "values:titles:genre",
  ]);
  expect(failed(columns({ genre: { values: null } }))).toEqual(["values:titles:genre"]);
  expect(failed(columns({ genre: { values: { ...GENRE.values, Western: 0.015 } } }))).toEqual([]);
});

it("goes on finding what lasts: a delivery that was unusual is none to go by, and a sound one ends it", () => {
  const before = Array.from({ length: 6 }, (_, at) => profile({ rows: Math.round(1_000 * 1.1 ** at) }));
  const faults = [
    { genre: { nullShare: 0.4 } },
    { genre: { values: { "1": 0.6, "2": 0.39 } } },
    { price: { quantiles: [100, 400, 500, 800, 2_000] } },
  ].map(columns);
  for (const faulty of [...faults, profile({ rows: 800 })]) {
    const of = (newest: SourceProfile, days: number) =>
      checkDelivery({
        ...{ source: "titles", defined: SOURCE, newest },
        earlier: [...before, ...Array.from({ length: days }, () => faulty)],
      }).some(({ verdict }) => verdict === "fail");
    for (const days of [0, 1, 5, 20]) expect(of(faulty, days)).toBe(true);
    expect(of(columns({}), 5)).toBe(false);
  }
});

it("finds numbers in another unit, and a constant", () => {
  expect(failed(columns({ price: { quantiles: [100, 400, 500, 800, 2_000] } }))).toEqual([
    "range:titles:price",
  ]);
  expect(failed(columns({ price: { quantiles: [5, 5, 5, 5, 5] } }))).toEqual(["range:titles:price"]);
  expect(failed(columns({ price: { quantiles: [1, 3, 6, 9, 30] } }))).toEqual([]);
});

it("leaves out what the definition names as unchecked", () => {
  const source = { ...SOURCE, unchecked: ["rows", "range:price"] };
  const found = check(profile({ rows: 1, columns: columns({}).columns }), { source });
  expect(found.map(({ id }) => id)).toEqual([
    "nulls:titles:genre",
    "values:titles:genre",
    "nulls:titles:price",
  ]);
  expect(namesOfChecks(SOURCE)).toEqual(
    expect.arrayContaining(["volume", "rows", "nulls:genre", "range:price"]),
  );
});
