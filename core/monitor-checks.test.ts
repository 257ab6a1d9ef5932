import { describe, expect, it } from "vitest";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import { checkNamedItems, checkReach, type Reach } from "./monitor-checks.ts";
import type { MonitorReference } from "./monitor-reference.ts";

const definition = smallDefinitionParsed({ monitor: { maxReachLoss: 0.2, maxScoreShift: 0.25 } });
const then: MonitorReference = {
  k: 10,
  people: 100,
  peopleShare: 1,
  itemShare: 0.5,
  scores: { bounds: [1, 2, 3], shares: [0.25, 0.25, 0.25, 0.25] },
  unknownItems: { sales: 0.01 },
};
const now: Reach = {
  version: 3,
  people: 100,
  peopleShare: 1,
  itemShare: 0.5,
  scoreShares: [0.25, 0.25, 0.25, 0.25],
};
const verdicts = (reach: Reach | undefined, reference: MonitorReference | undefined = then) =>
  Object.fromEntries(checkReach(definition, reach, reference).map(({ id, verdict }) => [id, verdict]));

describe("reach and scores of the live version", () => {
  it("passes as at deployment, and points at the deployment", () => {
    const checks = checkReach(definition, now, then);
    expect(checks.map(({ verdict, cause }) => [verdict, cause])).toEqual([
      ["pass", "deployment:3"],
      ["pass", "deployment:3"],
      ["pass", "deployment:3"],
    ]);
  });

  it("fails when more of the reach is lost than the definition allows", () => {
    expect(verdicts({ ...now, peopleShare: 0.8, itemShare: 0.4 })).toMatchObject({
      "reach:people": "pass",
      "reach:items": "pass",
    });
    expect(verdicts({ ...now, peopleShare: 0.79, itemShare: 0.39 })).toMatchObject({
      "reach:people": "fail",
      "reach:items": "fail",
    });
    const [people] = checkReach(definition, { ...now, peopleShare: 0.4 }, then);
    expect(people).toMatchObject({
      value: "40 %",
      threshold: "at least 80 %",
      explanation: "Version 3: 40 % of the people get a full shelf, 100 % at deployment.",
    });
  });

  it("fails when the scores have moved", () => {
    expect(verdicts({ ...now, scoreShares: [0, 0, 0.5, 0.5] })).toMatchObject({
      "reach:people": "pass",
      scores: "fail",
    });
  });

  it("cannot tell without a live version, without its reference, or from few people", () => {
    const unknown = { "reach:people": "inconclusive", "reach:items": "inconclusive", scores: "inconclusive" };
    expect(verdicts(undefined)).toEqual(unknown);
    expect(
      Object.fromEntries(checkReach(definition, now, undefined).map(({ id, verdict }) => [id, verdict])),
    ).toEqual(unknown);
    expect(verdicts({ ...now, people: 29, peopleShare: 0 })).toEqual(unknown);
    expect(verdicts(now, { ...then, peopleShare: null, itemShare: 0, scores: null })).toEqual(unknown);
  });
});

describe("items that a source names", () => {
  const check = (unknown: number, named = 1_000, reference: MonitorReference | undefined = then) =>
    checkNamedItems({ source: "sales", named, unknown }, reference, "source:titles");

  it("are judged against the share that was missing at deployment", () => {
    expect(check(15)).toMatchObject({ verdict: "pass", threshold: "at most 1.5 % unknown" });
    expect(check(16)).toMatchObject({
      verdict: "fail",
      value: "1.6 % unknown",
      cause: "source:titles",
      explanation:
        'The items table lacks 16 of 1,000 items that source "sales" names (1.6 %; 1 % at deployment), and what it lacks cannot be recommended.',
    });
  });

  it("may have a typing error or two", () => {
    expect(check(2, 10).verdict).toBe("pass");
    expect(check(3, 10).verdict).toBe("fail");
  });

  it("tell nothing without items, or without the share at deployment", () => {
    expect(check(0, 0).verdict).toBe("inconclusive");
    expect(check(16, 1_000, { ...then, unknownItems: {} }).verdict).toBe("inconclusive");
    expect(checkNamedItems({ source: "sales", named: 9, unknown: 9 }, undefined, "x").verdict).toBe(
      "inconclusive",
    );
  });
});
