import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../trainers/random.ts";
import { lowering, PLAY_GENRES, PLAY_PEOPLE, PlayOutcomes, PlaySample } from "./metamorphic.ts";
import type { Items } from "./qa-items.ts";
import type { PersonShelves } from "./shelf-pass.ts";

/** Items 0 to 59, of the genres g0, g1, g2 in turn. */
const ITEMS: Items = new Map(
  Array.from({ length: 60 }, (_, at) => [
    `i${at}`,
    { title: `Item ${at}`, genre: `g${at % 3}`, picture: null },
  ]),
);
const person = (number: number, history: string[]): PersonShelves => ({
  userId: `p${number}`,
  history,
  heldOut: new Set(),
  segments: [],
  candidate: [0, 1, 2].map((at) => ({ itemId: `i${at}`, score: -at })),
  champion: undefined,
  baseline: [],
});

describe("the draw", () => {
  const drawn = (people: number, seed = 7) => {
    const sample = new PlaySample(seededRandom(seed));
    for (let number = 0; number < people; number += 1) sample.add(person(number, ["i5", "i9"]));
    return sample.plays(ITEMS, () => true);
  };

  it("takes so many people and genres, the same for the same seed", () => {
    const plays = drawn(5_000);
    expect(plays).toHaveLength(PLAY_PEOPLE * PLAY_GENRES);
    expect(new Set(plays.map(({ userId }) => userId)).size).toBe(PLAY_PEOPLE);
    expect(drawn(5_000)).toEqual(plays);
    expect(drawn(5_000, 8)).not.toEqual(plays);
    const numbers = plays.map(({ userId }) => Number(userId.slice(1)));
    expect(Math.max(...numbers)).toBeGreaterThan(4_000); // not the first that came
    expect(Math.min(...numbers)).toBeLessThan(1_000);
  });

  it("plays a real item of the genre, neither seen nor on the shelf, that somebody had", () => {
    const sample = new PlaySample(seededRandom(1));
    for (let number = 0; number < 50; number += 1) sample.add(person(number, ["i5", "i9"]));
    const plays = sample.plays(ITEMS, (itemId) => Number(itemId.slice(1)) < 30);
    expect(plays.length).toBeGreaterThan(90);
    for (const { itemId, genre, history, before } of plays) {
      expect(ITEMS.get(itemId)?.genre).toBe(genre);
      expect([...history, ...before]).not.toContain(itemId);
      expect(Number(itemId.slice(1))).toBeLessThan(30);
    }
  });

  it("leaves out people without history, and genres of which nothing is left", () => {
    const sample = new PlaySample(seededRandom(1));
    sample.add(person(1, []));
    expect(sample.plays(ITEMS, () => true)).toEqual([]);
    sample.add(person(2, ["i5"]));
    expect(sample.plays(ITEMS, (itemId) => ["i0", "i1"].includes(itemId))).toEqual([]);
  });
});

describe("a genre is lowered", () => {
  const isUpper = (itemId: string) => itemId === itemId.toUpperCase();
  const lowered = (before: string, after: string) => lowering([...before], [...after], isUpper);

  it("by fewer places, or as many with the first further down, and by nothing else", () => {
    expect(lowered("ABc", "Acd")).toMatchObject({ before: 2, after: 1 });
    expect(lowered("Abc", "bAc")).toEqual({ before: 1, after: 1, firstBefore: 1, firstAfter: 2 });
    expect(lowered("Abc", "bCD")).toBeUndefined();
    expect(lowered("aBc", "Bac")).toBeUndefined();
    expect(lowered("abc", "bca")).toBeUndefined();
  });

  const shelf = fc.string({ unit: fc.constantFrom(..."abcABC"), maxLength: 6 });
  test.prop([shelf, shelf])("never both ways, and never by the same shelf", (some, others) => {
    expect(lowered(some, some)).toBeUndefined();
    expect(lowered(some, others) !== undefined && lowered(others, some) !== undefined).toBe(false);
  });
});

describe("the check", () => {
  const settings = { atMost: 0.1, severity: "warn" } as const;
  const play = (number: number) => ({
    ...{ userId: `p${number}`, history: ["i5"], before: ["i0", "i3", "i1"], genre: "g0", itemId: "i6" },
  });

  it("tells the share of pairs that lowered their genre, and names the worst first", () => {
    const outcomes = new PlayOutcomes(ITEMS);
    for (let number = 0; number < 36; number += 1) outcomes.add(play(number), ["i0", "i3", "i9"]);
    for (let number = 0; number < 3; number += 1) outcomes.add(play(number), ["i0", "i1", "i4"]);
    outcomes.add(play(99), ["i1", "i4", "i7"]);
    expect(outcomes.check(settings)).toMatchObject({
      ...{ id: "behaviour.one_more_play", group: "behaviour", verdict: "pass", value: 0.1, sampleSize: 40 },
      explanation:
        "Of 37 people with one more play of up to 2 genres each, 40 pairs, 10 % lowered the genre on the shelf; at most 10 % may.",
    });
    expect(outcomes.check(settings).examples[0]).toBe(
      '"p99" plays "Item 6" (g0): g0 falls from 2 places to 0',
    );
    expect(outcomes.check({ ...settings, atMost: 0.09 }).verdict).toBe("fail");
  });

  it("cannot tell from a handful of pairs", () => {
    const outcomes = new PlayOutcomes(ITEMS);
    outcomes.add(play(1), []);
    expect(outcomes.check(settings)).toMatchObject({ verdict: "inconclusive", value: null, sampleSize: 1 });
  });
});
