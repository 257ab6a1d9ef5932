import { fc, it as prop } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { smallModelParsed } from "../tests/support/small-model.ts";
import type { MonitorCheck } from "./api.ts";
import { groupByCause, type OpenIncident, planIncidents } from "./incident-cause.ts";
import { causeOfMissingItems, sourcesBehind, sourcesNamingItems } from "./sources-behind.ts";

/** Interactions come from ratings and, by way of items, from titles. */
const definition = smallModelParsed({
  name: "movies",
  features: {
    items: { sql: "select item_id, title from {{ titles }}" },
    interactions: { sql: "select * from {{ ratings }} join {{ items }} using (item_id)" },
  },
});

const CAUSES: Record<string, string> = {
  "freshness:titles": "source:titles",
  "freshness:ratings": "source:ratings",
  "gap:ratings": "source:titles",
  "volume:ratings": "source:ratings",
  "rows:titles": "source:titles",
  "nulls:titles:genre": "source:titles",
  "reach:people": "deployment:2",
  "reach:items": "deployment:2",
  scores: "deployment:2",
  "file:shop.json": "file:shop.json",
  "batch:picks": "batch:picks",
};

function check(id: string, verdict: MonitorCheck["verdict"] = "fail"): MonitorCheck {
  return {
    id,
    verdict,
    title: id,
    value: "1",
    threshold: "0",
    explanation: `Check ${id} is broken.`,
    cause: CAUSES[id] ?? "nobody",
  };
}

function standing(id: number, cause: string, ...symptoms: string[]): OpenIncident {
  return { id, cause, symptoms: symptoms.map((symptom) => check(symptom)) };
}

const causesOf = (...failed: string[]) =>
  Object.fromEntries(
    [
      ...groupByCause(
        definition,
        failed.map((id) => check(id)),
      ),
    ].map(([cause, symptoms]) => [cause, symptoms.map(({ id }) => id)]),
  );

describe("what is behind a failed check", () => {
  it("is found through the definition's graph", () => {
    expect(sourcesBehind(definition, "items")).toEqual(["titles"]);
    expect(sourcesBehind(definition, "interactions")).toEqual(["ratings", "titles"]);
    expect(sourcesNamingItems(definition)).toEqual(["ratings"]);
    expect(causeOfMissingItems(definition)).toBe("source:titles");
  });

  it("is the stale source, for all that comes after it", () => {
    expect(causesOf("scores", "reach:items", "gap:ratings", "freshness:titles")).toEqual({
      "source:titles": ["freshness:titles", "gap:ratings", "reach:items", "scores"],
    });
  });

  it("is no stale source for what was written of the live version and stands still", () => {
    expect(causesOf("file:shop.json", "batch:picks", "freshness:titles")).toEqual({
      "source:titles": ["freshness:titles"],
      "file:shop.json": ["file:shop.json"],
      "batch:picks": ["batch:picks"],
    });
  });

  it("is not a stale source that the check does not come after", () => {
    expect(causesOf("gap:ratings", "freshness:ratings")).toEqual({
      "source:ratings": ["freshness:ratings"],
      "source:titles": ["gap:ratings"],
    });
  });

  it("is the source whose delivery is unusual, once, whatever of it is", () => {
    expect(causesOf("volume:ratings", "nulls:titles:genre", "rows:titles", "gap:ratings", "scores")).toEqual({
      "source:ratings": ["volume:ratings", "scores"],
      "source:titles": ["rows:titles", "nulls:titles:genre", "gap:ratings", "scores"],
    });
  });

  it("is its own, of what no source can break", () => {
    expect(causesOf("freshness:titles", "file:movies.json")).toEqual({
      nobody: ["file:movies.json"],
      "source:titles": ["freshness:titles"],
    });
  });

  it("is the deployment when every source is fresh", () => {
    expect(causesOf("scores", "reach:people")).toEqual({ "deployment:2": ["reach:people", "scores"] });
  });

  it("is each of two stale sources", () => {
    expect(causesOf("freshness:ratings", "freshness:titles", "reach:people")).toEqual({
      "source:ratings": ["freshness:ratings", "reach:people"],
      "source:titles": ["freshness:titles", "reach:people"],
    });
  });
});

describe("incidents", () => {
  it("open with a title in plain words, and say what follows", () => {
    const late = {
      ...check("freshness:titles"),
      explanation: 'Source "titles" has not been delivered for 3.2 d, promised every 36 h.',
    };
    expect(planIncidents(definition, [check("scores"), late], [])).toMatchObject({
      open: [
        {
          cause: "source:titles",
          title:
            'movies: source "titles" has not been delivered for 3.2 d, promised every 36 h; new items cannot be recommended',
        },
      ],
      keep: [],
      resolve: [],
    });
    const [ratings] = planIncidents(definition, [check("freshness:ratings")], []).open;
    expect(ratings?.title).toMatch(/; what people did since then is not seen$/);
    const [unusual] = planIncidents(definition, [check("volume:ratings")], []).open;
    expect(unusual?.title).toBe(
      "movies: check volume:ratings is broken; ask who delivers it, or name the check under sources.ratings.unchecked if that is right",
    );
    const [moved] = planIncidents(definition, [check("scores")], []).open;
    expect(moved).toMatchObject({ cause: "deployment:2", title: "movies: check scores is broken" });
  });

  it("stay one while the breach goes on, with the symptoms of now", () => {
    const plan = planIncidents(
      definition,
      [check("freshness:titles"), check("gap:ratings", "pass"), check("scores")],
      [standing(7, "source:titles", "freshness:titles", "gap:ratings")],
    );
    expect(plan).toMatchObject({
      open: [],
      keep: [{ id: 7, symptoms: [{ id: "freshness:titles" }, { id: "scores" }] }],
      resolve: [],
    });
  });

  it("end when all of their checks pass again, not before", () => {
    const incident = standing(7, "source:titles", "freshness:titles", "gap:ratings");
    const passing = [check("freshness:titles", "pass"), check("gap:ratings", "pass")];
    expect(planIncidents(definition, passing, [incident]).resolve).toEqual([{ id: 7 }]);
    const half = [check("freshness:titles", "pass"), check("gap:ratings")];
    expect(planIncidents(definition, half, [incident])).toMatchObject({ keep: [{ id: 7 }], resolve: [] });
  });

  it("do not change by a check that cannot tell", () => {
    const incident = standing(7, "source:titles", "freshness:titles", "gap:ratings");
    const unclear = [check("freshness:titles", "pass"), check("gap:ratings", "inconclusive")];
    expect(planIncidents(definition, unclear, [incident])).toEqual({ open: [], keep: [], resolve: [] });
    expect(planIncidents(definition, [check("scores", "inconclusive")], [])).toEqual({
      open: [],
      keep: [],
      resolve: [],
    });
    const partly = [check("freshness:titles"), check("gap:ratings", "inconclusive")];
    expect(planIncidents(definition, partly, [incident]).keep[0]?.symptoms.map(({ id }) => id)).toEqual([
      "freshness:titles",
      "gap:ratings",
    ]);
  });

  it("of a deployment end when a stale source turns out to be behind it", () => {
    const plan = planIncidents(
      definition,
      [check("freshness:titles"), check("scores")],
      [standing(7, "deployment:2", "scores")],
    );
    expect(plan).toMatchObject({ open: [{ cause: "source:titles" }], resolve: [{ id: 7 }] });
  });

  const someChecks = fc
    .uniqueArray(fc.constantFrom(...Object.keys(CAUSES)))
    .chain((ids) =>
      fc.tuple(
        ...ids.map((id) =>
          fc.constantFrom<MonitorCheck["verdict"]>("pass", "fail", "inconclusive").map((v) => check(id, v)),
        ),
      ),
    );
  const someStanding = fc
    .uniqueArray(fc.constantFrom("source:titles", "source:ratings", "deployment:2"))
    .map((causes) => causes.map((cause, index) => standing(index + 1, cause, "freshness:titles", "scores")));

  prop.prop([
    someChecks.chain((checks) =>
      fc.tuple(fc.constant(checks), fc.shuffledSubarray(checks, { minLength: checks.length })),
    ),
    someStanding,
  ])("do not depend on the order of the checks", ([checks, shuffled], incidents) => {
    expect(planIncidents(definition, shuffled, incidents)).toEqual(
      planIncidents(definition, checks, incidents),
    );
  });

  prop.prop([someChecks, someStanding])(
    "are one a cause, and every failed check is in one",
    (checks, incidents) => {
      const plan = planIncidents(definition, checks, incidents);
      const causes = [
        ...plan.open.map(({ cause }) => cause),
        ...plan.keep.map(({ id }) => incidents.find((incident) => incident.id === id)?.cause),
      ];
      expect(new Set(causes).size).toBe(causes.length);
      const told = [...plan.open, ...plan.keep].flatMap(({ symptoms }) => symptoms.map(({ id }) => id));
      for (const { id, verdict } of checks) if (verdict === "fail") expect(told).toContain(id);
    },
  );
});
