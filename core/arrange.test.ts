import { fc, test } from "@fast-check/vitest";
import { expect, it } from "vitest";
import { arrange } from "./arrange.ts";
import type { DefinedRule } from "./definition-rules.ts";
import { type EditorialRule, rulesAt } from "./editorial-rules.ts";
import { listRules, type ReleaseRulesFile, toReleaseRules } from "./release-rules.ts";

const NOON = Date.parse("2026-11-25T12:00:00Z");
const IDS = Array.from({ length: 30 }, (_, at) => `i${String(at).padStart(2, "0")}`);
/** Every third is a comedy, every tenth news; the others are drama. */
const GENRES = IDS.map((id, at): [string, string] => [
  id,
  at % 3 === 0 ? "Comedy" : at % 10 === 1 ? "News" : "Drama",
]);
const genreOf = new Map(GENRES);
const COUNTRIES = IDS.map((id, at): [string, string] => [id, at % 2 === 0 ? "DE|AT" : "AT"]);

function releaseOf(rules: DefinedRule[], change: Partial<ReleaseRulesFile> = {}) {
  const values = [
    { column: "genre", cells: GENRES },
    { column: "countries", cells: COUNTRIES.filter(([id]) => id !== "i02") },
  ];
  return toReleaseRules({ schemaVersion: 1, rules, known: IDS, values, ...change });
}

const bestFirst = (ids: readonly string[]) => ids.map((itemId, at) => ({ itemId, score: 100 - at }));

function arranged(
  rules: DefinedRule[],
  of: {
    ids?: readonly string[];
    fill?: readonly string[];
    k?: number;
    country?: string;
    now?: number;
    urgent?: EditorialRule[];
    release?: Partial<ReleaseRulesFile>;
  } = {},
) {
  const { ids = IDS, fill = [], k = 5, now = NOON, urgent = [] } = of;
  const moment = { now, country: of.country };
  const held = listRules(rulesAt(urgent, now), releaseOf(rules, of.release), moment);
  return arrange(bestFirst(ids), () => bestFirst(fill), { rules: held, k });
}
const idsOf = (...of: Parameters<typeof arranged>) => arranged(...of).items.map(({ itemId }) => itemId);

function urgent(kind: EditorialRule["kind"], itemId: string, rank: number | null = null): EditorialRule {
  return { id: kind, kind, itemId, rank, factor: null, from: "2026-11-25T00:00:00.000Z", until: null };
}

it("fills a list that is shorter than asked for, never with what is hidden or there already, and says which items", () => {
  const ban: DefinedRule = { kind: "ban", name: "no_i05", item: "i05" };
  const { items } = arranged([ban], { ids: ["i03", "i04"], fill: ["i04", "i05", "i06", "i07"], k: 4 });
  expect(items.map(({ itemId, isFilled }) => [itemId, isFilled])).toEqual([
    ["i03", false],
    ["i04", false],
    ["i06", true],
    ["i07", true],
  ]);
});

it("shows an item in one of its windows only, by time and country, and names what keeps it away", () => {
  const rules: DefinedRule[] = [
    { kind: "window", name: "at", item: "i00", countries: ["AT"], until: "2026-11-25T13:00:00Z" },
    { kind: "window", name: "later", item: "i00", from: "2026-11-26T00:00:00Z" },
  ];
  const shows = (country: string, time: string) =>
    idsOf(rules, { country, now: Date.parse(time) }).includes("i00");
  expect(shows("AT", "2026-11-25T12:59:59Z")).toBe(true);
  expect(shows("AT", "2026-11-25T13:00:00Z")).toBe(false);
  expect(shows("DE", "2026-11-25T12:00:00Z")).toBe(false);
  expect(shows("DE", "2026-11-26T00:00:00Z")).toBe(true);
  const moment = { now: NOON, country: "DE" };
  expect(listRules(rulesAt([], 0), releaseOf(rules), moment).hides("i00")).toMatchObject({ kind: "window" });
});

it("shows only what may be shown in the person's country, in the default one where nobody says it, nowhere without a cell", () => {
  const rules: DefinedRule[] = [{ kind: "licence", name: "rights", column: "countries" }];
  const release = { defaultCountry: "DE" };
  expect(idsOf(rules, { release })).toEqual(["i00", "i04", "i06", "i08", "i10"]);
  expect(idsOf(rules, { release, country: "AT" })).toEqual(["i00", "i01", "i03", "i04", "i05"]);
  expect(idsOf(rules, { release, country: "FR" })).toEqual([]);
});

it("lets what people say in a hurry win over a ban, a pin and a boost of the definition, but not over a window", () => {
  const rules: DefinedRule[] = [
    { kind: "ban", name: "never", item: "i09" },
    { kind: "pin", name: "first", item: "i08", rank: 1 },
    { kind: "boost", name: "more", item: "i07", factor: 10 },
    { kind: "window", name: "gone", item: "i06", until: "2026-11-25T00:00:00Z" },
  ];
  expect(idsOf(rules)).toEqual(["i08", "i07", "i00", "i01", "i02"]);
  const said = [urgent("pin", "i09", 1), urgent("ban", "i08"), urgent("pin", "i06", 2)];
  expect(idsOf(rules, { urgent: said })).toEqual(["i09", "i07", "i00", "i01", "i02"]);
  const factor = { ...urgent("boost", "i07"), factor: 1 };
  expect(idsOf(rules, { urgent: [factor] })).toEqual(["i08", "i00", "i01", "i02", "i03"]);
});

it("pins nothing that the items table lacks", () => {
  const rules: DefinedRule[] = [{ kind: "pin", name: "gone", item: "zz", rank: 1 }];
  expect(idsOf(rules)).toEqual(["i00", "i01", "i02", "i03", "i04"]);
});

it("reaches a least share with the best items of its kind, from the popularity list too, and says which rule did", () => {
  const rules: DefinedRule[] = [
    { kind: "share", name: "news", column: "genre", value: "News", atLeast: 0.4 },
  ];
  const { items, unmet } = arranged(rules, { ids: IDS.slice(0, 10), fill: IDS, k: 5 });
  expect(items.map(({ itemId, rule }) => [itemId, rule?.name])).toEqual([
    ["i00", undefined],
    ["i01", undefined],
    ["i02", undefined],
    ["i03", undefined],
    ["i11", "news"],
  ]);
  expect(unmet).toEqual([]);
});

it("gives the list though a share cannot hold, and says so", () => {
  const rules: DefinedRule[] = [
    { kind: "share", name: "few_dramas", column: "genre", value: "Drama", atMost: 0.2 },
    { kind: "apart", name: "mixed", column: "genre" },
  ];
  const { items, unmet } = arranged(rules, { ids: ["i02", "i04", "i05", "i00"], k: 4 });
  expect(items.map(({ itemId }) => itemId)).toEqual(["i02", "i00", "i04", "i05"]);
  expect(unmet).toEqual(["few_dramas", "mixed"]);
});

const anyIds = fc.shuffledSubarray(IDS, { minLength: 1 });
const anyRules = fc.record({
  banned: fc.subarray(IDS, { maxLength: 5 }),
  pins: fc.uniqueArray(fc.integer({ min: 1, max: 10 }), { maxLength: 3 }),
  least: fc.constantFrom(undefined, 0.1, 0.2, 0.3),
  most: fc.constantFrom(undefined, 0.3, 0.5),
  isApart: fc.boolean(),
});

function written({
  banned,
  pins,
  least,
  most,
  isApart,
}: typeof anyRules extends fc.Arbitrary<infer R> ? R : never) {
  const pinned = IDS.filter((id) => !banned.includes(id)).slice(0, pins.length);
  return [
    ...banned.map((item): DefinedRule => ({ kind: "ban", name: `no_${item}`, item })),
    ...pinned.map((item, at): DefinedRule => ({ kind: "pin", name: `p${at}`, item, rank: pins[at] ?? 1 })),
    ...(least === undefined
      ? []
      : [{ kind: "share", name: "least", column: "genre", value: "News", atLeast: least } as const]),
    ...(most === undefined
      ? []
      : [{ kind: "share", name: "most", column: "genre", value: "Drama", atMost: most } as const]),
    ...(isApart ? [{ kind: "apart", name: "apart", column: "genre" } as const] : []),
  ];
}

test.prop([anyIds, anyIds, anyRules, fc.integer({ min: 1, max: 12 })])(
  "never shows what is banned nor anything twice, has every pin in its place, and is as long as it can be",
  (ids, fill, of, k) => {
    const list = idsOf(written(of), { ids, fill, k });
    const could = new Set([...ids, ...fill].filter((id) => !of.banned.includes(id)));
    for (const rule of written(of)) if (rule.kind === "pin") could.add(rule.item);
    expect(list.filter((id) => of.banned.includes(id))).toEqual([]);
    expect(new Set(list).size).toBe(list.length);
    expect(list.length).toBe(Math.min(k, could.size));
    // a pin whose place lies beyond a short list may end it, and moves others up
    if (of.pins.some((rank) => rank > list.length)) return;
    for (const rule of written(of)) if (rule.kind === "pin") expect(list[rule.rank - 1]).toBe(rule.item);
  },
);

test.prop([anyIds, anyIds, anyRules, fc.integer({ min: 1, max: 12 })])(
  "keeps the shares whenever there are enough items, and names those rules that its list doesn't keep",
  (ids, fill, of, k) => {
    const { items, unmet } = arranged(written(of), { ids, fill, k });
    const list = items.map(({ itemId }) => itemId);
    const count = (genre: string, among: Iterable<string>) =>
      [...among].filter((id) => genreOf.get(id) === genre).length;
    const { least = 0, most = 1 } = of;
    const leastNews = Math.floor(least * list.length + 1e-9);
    const mostDrama = Math.ceil(most * list.length - 1e-9);
    expect(unmet.includes("least")).toBe(count("News", list) < leastNews);
    expect(unmet.includes("most")).toBe(count("Drama", list) > mostDrama);
    const isClose = list.some((id, at) => at > 0 && genreOf.get(id) === genreOf.get(String(list[at - 1])));
    expect(unmet.includes("apart")).toBe(of.isApart && isClose);
    if (of.isApart || of.pins.length > 0) return;
    const could = new Set([...ids, ...fill].filter((id) => !of.banned.includes(id)));
    const [news, drama] = [count("News", could), count("Drama", could)];
    const isEnough = news >= leastNews && could.size - drama + Math.min(drama, mostDrama) >= list.length;
    if (isEnough) expect(unmet).toEqual([]);
  },
);

test.prop([anyIds, fc.subarray(IDS, { maxLength: 5 }), fc.integer({ min: 1, max: 12 })])(
  "keeps the model's order but for what rules move",
  (ids, banned, k) => {
    const rules = banned.map((item): DefinedRule => ({ kind: "ban", name: `no_${item}`, item }));
    expect(idsOf(rules, { ids, k })).toEqual(ids.filter((id) => !banned.includes(id)).slice(0, k));
    const share: DefinedRule = { kind: "share", name: "s", column: "genre", value: "News", atLeast: 0.3 };
    const { items } = arranged([share], { ids, k });
    const untouched = items.filter(({ rule }) => !rule).map(({ itemId }) => itemId);
    expect(untouched).toEqual(ids.filter((id) => untouched.includes(id)));
  },
);

test.prop([anyIds, anyIds, fc.integer({ min: 1, max: 40 })])(
  "gives the same list where no rule is as where there is one that no item of it knows",
  (ids, fill, k) => {
    const ban: DefinedRule = { kind: "ban", name: "nothing", item: "elsewhere" };
    expect(arranged([], { ids, fill, k })).toEqual(arranged([ban], { ids, fill, k }));
  },
);
