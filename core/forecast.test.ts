import { describe, expect, it } from "vitest";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import type { DefinitionInput } from "./definition.ts";
import { type ForecastFacts, forecastSteps, type LastResult } from "./forecast.ts";
import { planGraph } from "./graph.ts";

const CANDIDATES = { als: { trainer: "als" } } as const satisfies DefinitionInput["candidates"];
const BEFORE = smallDefinitionParsed({ candidates: CANDIDATES });
const SHAPE = { baselineOnly: false, hasChampion: true };
const EVERYTHING = planGraph(BEFORE, SHAPE).map(({ name }) => name);

/** Steps that are expected to run and why, after a run of `BEFORE` and one change. */
function running(
  change: Partial<DefinitionInput> = {},
  facts: Partial<ForecastFacts> = {},
  lacking: readonly string[] = [],
): Record<string, string> {
  const definition = smallDefinitionParsed({ candidates: CANDIDATES, ...change });
  const last: LastResult = { runId: "shop-1", definition: BEFORE, championVersion: 1 };
  const known = EVERYTHING.filter((name) => !lacking.includes(name));
  const forecasts = forecastSteps(planGraph(definition, SHAPE), {
    definition,
    last: new Map(known.map((name) => [name, last])),
    files: new Map([["sales", "known"]]),
    liveVersion: 1,
    ...facts,
  });
  for (const { will, why } of forecasts)
    if (will === "be reused") expect(why).toBe("nothing changed since run shop-1");
  return Object.fromEntries(
    forecasts
      .filter(({ will }) => will !== "be reused")
      .map(({ step, will, why }) => [step, will === "run" ? why : `${will}: ${why}`]),
  );
}

const ALWAYS = { review: "a person decides each time", deploy: "it goes by the decision" };

describe("what a run is expected to do", () => {
  it("is only what a person decides, when nothing changed", () => {
    expect(running()).toEqual(ALWAYS);
  });

  it("is everything, when nothing was ever done", () => {
    expect(Object.keys(running({}, { last: new Map(), files: new Map([["sales", "new"]]) }))).toEqual(
      EVERYTHING,
    );
  });

  it("is what comes after a file that changed", () => {
    const steps = running({}, { files: new Map([["sales", "new"]]) });
    expect(steps).toMatchObject({
      "ingest:sales": "its file changed",
      "feature:items": "it comes after ingest:sales",
      split: "it comes after feature:interactions, feature:items",
      // its training set may be the same bytes as before
      "train:als": "run if changed: it comes after split",
    });
    expect(Object.keys(steps)).toEqual(EVERYTHING);
  });

  it("says beforehand that a file isn't there", () => {
    expect(running({}, { files: new Map([["sales", "missing"]]) })["ingest:sales"]).toBe(
      "its file isn't there, so it will fail",
    );
  });

  it("is a candidate whose settings changed and what comes after, and not the others", () => {
    const steps = running({ candidates: { als: { trainer: "als", factors: 8 } } });
    expect(Object.keys(steps)).toEqual(["train:als", "evaluate:als", "choose", "qa", "review", "deploy"]);
    expect(steps["train:als"]).toBe("its settings changed");
  });

  it("is what judges the champion, when another version is live", () => {
    expect(running({}, { liveVersion: 2 })).toEqual({
      "evaluate:champion": "another version is live",
      choose: "another version is live",
      qa: "another version is live",
      ...ALWAYS,
    });
  });

  it("is a table that asks for the run's date, every time", () => {
    const { interactions } = BEFORE.features;
    const features = {
      interactions: { sql: `${interactions?.sql} where sold_at < {{ as_of }}` },
      items: { sql: "select distinct item_id, item_id as title from {{ sales }}" },
    };
    const definition = smallDefinitionParsed({ candidates: CANDIDATES, features });
    const last = new Map(
      EVERYTHING.map((name) => [name, { runId: "shop-1", definition, championVersion: 1 }]),
    );
    expect(running({ features }, { last })["feature:interactions"]).toBe(
      "it asks for the run's date, which is another each time",
    );
  });

  it("is no snapshot, when only its promise of freshness changed", () => {
    const { sales } = smallDefinitionParsed().sources;
    const sources = {
      sales: { ...sales, freshness: { measure: "delivery", maxAge: "1 d" } },
    } as DefinitionInput["sources"];
    expect(Object.keys(running({ sources }))).toEqual(["qa", "review", "deploy"]);
  });
});
