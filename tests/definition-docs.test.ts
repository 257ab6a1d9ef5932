/** docs/definition.md against the schema, both ways: a setting that isn't described, or one that doesn't exist, fails. */
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { definitionSchema } from "../core/definition.ts";
import { listSettings } from "../core/schema-settings.ts";
import { smallDefinition } from "./support/definitions.ts";
import { smallExperiment } from "./support/experiments.ts";

const document = await readFile(new URL("../docs/definition.md", import.meta.url), "utf8");
/** Setting and default of each row of the tables. */
const rows = [...document.matchAll(/^\| `([\w.<>]+)` *\| ([^|]*) \|/gm)].map(
  ([, path = "", written = ""]) => ({
    path,
    written: written.trim(),
  }),
);

it("describes every setting once, and none that doesn't exist", () => {
  expect(rows.map(({ path }) => path).sort()).toEqual(listSettings(definitionSchema).sort());
});

it("tells the defaults that the schema has", () => {
  const defaults = definitionSchema.parse({
    ...smallDefinition(),
    steps: { x: { command: ["true"], reads: ["sales"] } },
    candidates: { x: { trainer: "als" }, y: { trainer: "item_similarity" } },
    qa: {
      ...{ peopleCoverage: { atLeast: 1 }, itemCoverage: { atLeast: 1 }, valueCoverage: { atLeast: 1 } },
      mustHave: { x: { items: { ids: ["i"] } } },
      forbidden: { x: { items: { ids: ["i"] } } },
      cases: { x: { who: { history: [] }, why: "first visit", owner: "nora" } },
      segments: { x: { sql: "select 1" } },
      behaviour: {
        ...{ maxListChange: { atMost: 1 }, minDiversity: { atLeast: 1 } },
        ...{ maxTopDecileShare: { atMost: 1 }, oneMorePlay: { atMost: 1 } },
      },
    },
    exploration: { share: 0.05 },
    experiment: smallExperiment({
      metrics: { spend: { kind: "mean", of: "spend", within: "7 d", winsorise: { at: 0.99 } } },
      guardrails: {},
    }),
    deployment: { kind: "batch", from: "data.x", to: "x", k: 10, schedule: { cron: "0 3 * * *" } },
    schedule: { cron: "0 3 * * *" },
    monitor: { actions: { x: { do: "retrain", causes: ["schedule"] } } },
    alerts: {
      channels: {
        x: { kind: "slack", channel: "x", quietHours: { from: "22:00", to: "07:00" } },
        y: { kind: "pagerduty" },
      },
      routes: { x: { hours: {}, to: ["x"] } },
    },
    review: {
      ...{ reviewers: {}, override: {}, automatic: { x: { maxListChange: 0 } } },
      ...{ escalate: { after: "1 d", to: ["x"] }, notify: { slack: { channel: "x" } } },
    },
  });
  const told = rows.filter(({ written }) => /^`.*`$/.test(written));
  expect(told.length).toBeGreaterThan(20);
  for (const { path, written } of told)
    expect([path, valuesAt(defaults, path.split("."))]).toEqual([
      path,
      expect.arrayContaining([JSON.parse(written.slice(1, -1))]),
    ]);
});

/** Values at a path, `<name>` standing for every name. */
function valuesAt(value: unknown, [key, ...rest]: string[]): unknown[] {
  if (key === undefined) return [value];
  if (typeof value !== "object" || value === null) return [];
  const keys = key === "<name>" ? Object.keys(value) : [key];
  return keys.flatMap((name) => valuesAt(Reflect.get(value, name), rest));
}
