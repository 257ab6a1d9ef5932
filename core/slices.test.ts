import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { smallDefinition } from "../tests/support/definitions.ts";
import { definitionSchema } from "./definition.ts";
import { describeSlices, type SliceReach, SliceScores } from "./slices.ts";
import { checkSlices } from "./slices-checks.ts";

const segmentsOf = (minPeople: number, maxLoss?: number) =>
  definitionSchema.parse(
    smallDefinition({
      qa: {
        segments: { age: { sql: "select 1", minPeople, ...(maxLoss === undefined ? {} : { maxLoss }) } },
      },
    }),
  ).qa.segments;

/** A shelf of 10 on which the one item that was held out stands at a place from 1; 0: nowhere. */
const shelf = (place: number) =>
  Array.from({ length: 10 }, (_, at) => ({
    itemId: at + 1 === place ? "hit" : `miss-${at}`,
    score: 10 - at,
  }));
const person = (slice: string, candidate: number, champion?: number) => ({
  segments: [`age/${slice}`],
  heldOut: new Set(["hit"]),
  candidate: shelf(candidate),
  champion: champion === undefined ? undefined : shelf(champion),
});

function slicesOf(
  people: ReturnType<typeof person>[],
  { minPeople = 3, maxLoss }: { minPeople?: number; maxLoss?: number } = {},
  reach = new Map<string, SliceReach>(),
) {
  const segments = segmentsOf(minPeople, maxLoss);
  const scores = new SliceScores(10);
  for (const one of people) scores.add(one);
  const slices = describeSlices({ segments, scores, reach });
  return { slices, checks: checkSlices(segments, slices) };
}

describe("a slice", () => {
  it("has its NDCG, the champion's and the paired change with Student's interval", () => {
    const { slices } = slicesOf([
      person("old", 1, 2),
      person("old", 1, 1),
      person("old", 3, 1),
      person("old", 2, 0),
      person("old", 0, 4),
    ]);
    const [slice] = slices;
    // NDCG of a single item at place p is 1 / log2(p + 1). SciPy 1.17.1 and NumPy 2.4.6:
    // c = [1, 1, 1/log2(4), 1/log2(3), 0], l = [1/log2(3), 1, 1, 0, 1/log2(5)];
    // numpy.mean(x), stats.t.interval(0.95, 4, loc=numpy.mean(x), scale=stats.sem(x)) of c, l and c - l
    expect(slice?.ndcg?.mean).toBeCloseTo(0.6261859507142915, 12);
    expect(slice?.ndcg?.low).toBeCloseTo(0.11140872007098657, 9);
    expect(slice?.ndcg?.high).toBe(1); // Student's reaches 1.1409631813575964, where no NDCG is
    expect(slice?.championNdcg?.mean).toBeCloseTo(0.6123212623289701, 12);
    expect(slice?.change?.mean).toBeCloseTo(0.01386468838532139, 12);
    expect(slice?.change?.low).toBeCloseTo(-0.5972075895134209, 9);
    expect(slice?.change?.high).toBeCloseTo(0.6249369662840637, 9);
    expect(slice).toMatchObject({ segment: "age", slice: "old", people: 5, judged: 5, verdict: "pass" });
  });

  it("with too few people cannot tell, and has no figure", () => {
    const { slices } = slicesOf(
      Array.from({ length: 7 }, () => person("young", 0, 1)),
      { minPeople: 30, maxLoss: 0.1 },
      new Map([["age/young", { people: 12, fullShelves: 1, itemCoverage: 0.5, valueCoverage: null }]]),
    );
    expect(slices).toEqual([
      {
        ...{ segment: "age", slice: "young", people: 12, judged: 7 },
        ...{ ndcg: null, championNdcg: null, change: null, verdict: "inconclusive" },
        ...{ fullShelves: 1, itemCoverage: 0.5, valueCoverage: null },
        explanation: "Cannot tell: 7 people with something to judge by, 30 needed.",
      },
    ]);
  });

  it("that nobody was judged in is there all the same, and may have a stroke in its name", () => {
    const reach = { people: 4, fullShelves: 1, itemCoverage: null, valueCoverage: null };
    const { slices } = slicesOf([], {}, new Map([["age/18/24", reach]]));
    expect(slices).toMatchObject([
      { slice: "18/24", judged: 0, people: 4, ndcg: null, verdict: "inconclusive" },
    ]);
  });

  it("fails only when the whole interval of its loss lies beyond what may be lost", () => {
    const lost = Array.from({ length: 40 }, (_, at) => person("lost", at % 2 === 0 ? 0 : 10, 1));
    const unsure = [person("unsure", 0, 1), person("unsure", 1, 1), person("unsure", 0, 1)];
    const fine = Array.from({ length: 40 }, () => person("fine", 2, 2));
    const { slices, checks } = slicesOf([...fine, ...unsure, ...lost], { maxLoss: 0.1 });
    expect(slices.map(({ slice, verdict }) => [slice, verdict])).toEqual([
      ["lost", "fail"],
      ["unsure", "inconclusive"],
      ["fine", "pass"],
    ]);
    expect(checks).toMatchObject([
      { id: "slice.age", group: "slice", severity: "warn", verdict: "fail", threshold: 0.1, sampleSize: 83 },
    ]);
    expect(checks[0]?.explanation).toBe(
      '"lost" of "age" lost more than 10 % of the live version\'s NDCG, for certain.',
    );
    expect(checks[0]?.value).toBeCloseTo(1 - 1 / Math.log2(11) / 2, 12);
  });

  it("has nothing to lose against where nothing is live", () => {
    const { slices, checks } = slicesOf(
      Array.from({ length: 5 }, () => person("old", 2)),
      { maxLoss: 0.1 },
    );
    expect(slices).toMatchObject([{ verdict: "pass", championNdcg: null, change: null }]);
    expect(checks).toMatchObject([{ verdict: "pass", value: null }]);
    expect(checks[0]?.explanation).toContain("Nothing is live");
  });
});

describe("the check of a segment", () => {
  it("is there only where a loss is bounded", () => {
    expect(slicesOf([person("old", 1, 1)]).checks).toEqual([]);
  });

  it("cannot tell when every slice is too small, and names them; one among others decides nothing", () => {
    const small = [person("small", 0, 1)];
    expect(slicesOf(small, { maxLoss: 0.1 }).checks).toMatchObject([
      { verdict: "inconclusive", value: null, examples: [expect.stringContaining("small: Cannot tell")] },
    ]);
    const large = Array.from({ length: 5 }, () => person("large", 1, 1));
    expect(slicesOf([...small, ...large], { maxLoss: 0.1 }).checks).toMatchObject([
      { verdict: "pass", value: 0, explanation: expect.stringContaining("1 slice had too few people") },
    ]);
  });
});

const places = fc.integer({ min: 0, max: 10 });
test.prop([fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), places, places), { maxLength: 60 })])(
  "slices have an NDCG exactly from the least number of people on, within 0 to 1, and the worst stand first",
  (people) => {
    const { slices } = slicesOf(
      people.map(([slice, candidate, champion]) => person(slice, candidate, champion)),
      { maxLoss: 0.2 },
    );
    for (const { ndcg, judged, change } of slices) {
      expect(ndcg !== null).toBe(judged >= 3);
      if (ndcg)
        expect(0 <= ndcg.low && ndcg.low <= ndcg.mean && ndcg.mean <= ndcg.high && ndcg.high <= 1).toBe(true);
      expect(change === null).toBe(ndcg === null);
    }
    const rank = { fail: 0, inconclusive: 1, pass: 2 };
    const order = slices.map(({ ndcg, verdict }) => (ndcg ? rank[verdict] : 3));
    expect(order).toEqual(order.toSorted());
    expect(slices.reduce((sum, { judged }) => sum + judged, 0)).toBe(people.length);
  },
);

test.prop([fc.array(fc.tuple(places, places), { minLength: 3, maxLength: 40 })])(
  "nobody loses against themselves, and a bound of everything is never broken",
  (people) => {
    const same = slicesOf(
      people.map(([place]) => person("a", place, place)),
      { maxLoss: 0 },
    );
    expect(same.checks).toMatchObject([{ verdict: "pass", value: 0 }]);
    const bounded = slicesOf(
      people.map(([candidate, champion]) => person("a", candidate, champion)),
      { maxLoss: 1 },
    );
    expect(bounded.checks).toMatchObject([{ verdict: "pass" }]);
  },
);
