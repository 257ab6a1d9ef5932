/** People of a known world are shown lists that explore as the server does; what the candidate earns there is known. */
import { describe, expect, it } from "vitest";
import { explore } from "../explore.ts";
import { type LoggedList, OffPolicyComparison } from "./off-policy-comparison.ts";
import { RewardGuesses } from "./reward-guess.ts";

const K = 3;
const LIVE = ["a", "b", "c"];
const POOL = ["d", "e", "f", "g"];
const QUESTION = { candidate: "als", reward: "clicks", better: "more", within: "1 d", days: 28 } as const;
/** Chance of a click in the first place; half of it in the second, a third in the third. */
const WORLD: Record<string, number> = { a: 0.2, b: 0.15, c: 0.1, d: 0.4, e: 0.05, f: 0.1, g: 0.1, z: 0.9 };

/** Per 1,000 items. */
function worthOf(list: readonly string[]): number {
  return (1_000 / K) * list.reduce((sum, item, place) => sum + (WORLD[item] ?? 0) / (place + 1), 0);
}

/** `people` with two lists each; who likes more clicks more, on both. */
function world(people: number, random: () => number, candidate: readonly string[], share = 0.3): Person[] {
  const scored = (items: readonly string[]) =>
    items.map((itemId) => ({ itemId, score: 1, rule: undefined, isFilled: false }));
  return Array.from({ length: people }, (_, at) => {
    const liking = 0.5 + random();
    const lists = [0, 1].map((): LoggedList => {
      const { items, propensities } = explore(scored(LIVE), scored(POOL), { share, random });
      const shown = items.map(({ itemId }, place) => {
        const reward = random() < (liking * (WORLD[itemId] ?? 0)) / (place + 1) ? 1 : 0;
        return { itemId, propensity: propensities[place] as number, reward };
      });
      return { k: K, shown, candidate, champion: LIVE };
    });
    return { half: (at % 2) as 0 | 1, lists };
  });
}

interface Person {
  half: 0 | 1;
  lists: LoggedList[];
}

function compare(people: readonly Person[]) {
  const guesses = new RewardGuesses();
  for (const row of showingsOf(people)) guesses.add(row);
  const comparison = new OffPolicyComparison(guesses);
  for (const { half, lists } of people) comparison.addPerson(half, lists);
  return comparison.result(QUESTION);
}

/** As db/logged-lists.ts gives them. */
function showingsOf(people: readonly Person[]) {
  const all = people.flatMap(({ half, lists }) =>
    lists.flatMap(({ shown }) => shown.map(({ itemId, reward }, place) => ({ half, itemId, place, reward }))),
  );
  const byPlace = Map.groupBy(all, ({ half, place }) => `${half} ${place}`);
  const mean = (some: readonly { reward: number }[]) =>
    some.reduce((sum, { reward }) => sum + reward, 0) / some.length;
  return [...Map.groupBy(all, ({ half, itemId, place }) => `${half} ${itemId} ${place}`).values()].map(
    (same) => {
      const { half, itemId, place } = same[0] as (typeof all)[number];
      const placeMean = mean(byPlace.get(`${half} ${place}`) ?? []);
      return { half, itemId, place, placeMean, shown: same.length, reward: mean(same) * same.length };
    },
  );
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe("a candidate with another item in the first place", () => {
  const candidate = ["d", "b", "c"];
  const truth = worthOf(candidate) - worthOf(LIVE);

  it("is estimated: 95 % intervals of 200 logs hold what it earns in 92 to 98 %, by each of the three estimates", () => {
    const held = { difference: 0, inversePropensity: 0, selfNormalised: 0, doublyRobust: 0 };
    const random = randomNumbers(11);
    for (let log = 0; log < 200; log += 1) {
      const found = compare(world(400, random, candidate));
      if (holds(found.difference, truth)) held.difference += 1;
      for (const estimate of ["inversePropensity", "selfNormalised", "doublyRobust"] as const)
        if (holds(found.subjects[0]?.[estimate], worthOf(candidate))) held[estimate] += 1;
    }
    for (const count of Object.values(held)) {
      expect(count).toBeGreaterThanOrEqual(0.92 * 200);
      expect(count).toBeLessThanOrEqual(0.98 * 200);
    }
  });

  it("is told in a sentence that names figures, interval and what it is not", () => {
    const found = compare(world(4_000, randomNumbers(3), candidate));
    expect(found).toMatchObject({ verdict: "better", lists: 8_000, people: 4_000, differingShare: 1 / 3 });
    expect(found.overlap).toBeCloseTo(1, 0);
    expect(found.explanation).toMatch(
      /^Estimated from 8,000 lists of the 28 days before the run: als would have earned \d+ clicks within 1 d per 1,000 items shown, the live version \d+(\.\d)?; the difference is \+[\d.]+ \(95 % interval \+[\d.]+ to \+[\d.]+\), so it would have done better\. Nobody was shown its lists: an experiment measures it\.$/,
    );
  });

  it("is worse where less is better", () => {
    const guesses = new RewardGuesses();
    const people = world(4_000, randomNumbers(3), candidate);
    for (const row of showingsOf(people)) guesses.add(row);
    const comparison = new OffPolicyComparison(guesses);
    for (const { half, lists } of people) comparison.addPerson(half, lists);
    expect(comparison.result({ ...QUESTION, better: "less" }).verdict).toBe("worse");
  });
});

function holds(interval: { low: number; high: number } | null | undefined, truth: number): boolean {
  return interval !== null && interval !== undefined && interval.low <= truth && truth <= interval.high;
}

describe("what cannot be told says why", () => {
  it.each<[string, Person[], RegExp]>([
    [
      "without lists",
      [],
      /no list with drawn places is older than 1 d, so what came of them is not known\.$/,
    ],
    [
      "of few people",
      world(20, randomNumbers(1), ["d", "b", "c"]),
      /the lists are of 20 people, and 100 are needed\.$/,
    ],
    [
      "where nobody clicked",
      world(200, () => 0.9999, ["d", "b", "c"]),
      /nobody reported clicks of these lists\.$/,
    ],
    [
      "of what was rarely shown",
      world(200, randomNumbers(1), ["d", "b", "c"], 0.02),
      /was shown too rarely: the effective sample is \d+ places, and 100 are needed\.$/,
    ],
    [
      "of what could not be shown",
      // every other person's candidate shows what no place ever drew
      world(4_000, randomNumbers(1), ["d", "b", "c"]).map((person, at) =>
        at % 2 === 0
          ? person
          : { ...person, lists: person.lists.map((list) => ({ ...list, candidate: ["z", "b", "c"] })) },
      ),
      /only \d\d % of what the candidate alone shows could have been shown, 80 % is needed\.$/,
    ],
  ])("%s", (_, people, reason) => {
    const found = compare(people);
    expect(found.verdict).toBe("inconclusive");
    expect(found.explanation).toMatch(/^Cannot be told from [\d,]+ lists of the 28 days before the run: /);
    expect(found.explanation).toMatch(reason);
  });

  it("says so where both show the same", () => {
    const found = compare(world(200, randomNumbers(1), LIVE));
    expect(found).toMatchObject({ verdict: "same", differingShare: 0, overlap: null });
    expect(found.explanation).toBe(
      "On 400 lists of the 28 days before the run, als shows what the live version shows.",
    );
  });
});
