import { expect, it } from "vitest";
import { digestOf } from "../store/digest.ts";
import { smallDefinition } from "../tests/support/definitions.ts";
import { checkDefinition } from "./check-definition.ts";
import type { DefinitionInput } from "./definition.ts";

const faultsOf = (deployment: unknown) => {
  const checked = checkDefinition({ ...smallDefinition(), deployment });
  return checked.ok ? [] : checked.faults.map(({ path, problem }) => `${path.join(".")}: ${problem}`);
};

it("takes each kind with its own settings", () => {
  expect(faultsOf({ kind: "online" })).toEqual([]);
  expect(faultsOf({ kind: "materialised", k: 10 })).toEqual([]);
  expect(faultsOf({ kind: "static", k: 10 })).toEqual([]);
  const all = { folder: "shelves/home", similarItems: 500, countries: ["DE", "AT"] };
  expect(faultsOf({ kind: "static", k: 10, ...all })).toEqual([]);
});

it("takes no folder for a file that could lead out of the operator's", () => {
  for (const folder of [
    "",
    "/",
    "/etc",
    "..",
    "a/..",
    "a/../..",
    "a//b",
    ".",
    ".holt",
    "a\\b",
    "a/",
    "A",
    "a\0",
    "%2e",
  ])
    expect([folder, faultsOf({ kind: "static", k: 10, folder })]).toEqual([
      folder,
      [expect.stringContaining("is not a folder below the operator's")],
    ]);
});

it("refuses a country twice, and a file that nobody would want to fetch", () => {
  expect(faultsOf({ kind: "static", k: 10, countries: ["DE", "DE"] })).toEqual([
    'deployment.countries: names "DE" twice; name it once',
  ]);
  expect(faultsOf({ kind: "static", k: 100, similarItems: 20_000 })).toEqual([
    "deployment: its file would have up to 2,000,100 items in its lists, more than 2,000,000; lower k, similarItems or the number of countries",
  ]);
});

it("refuses kinds that do not exist, settings of another kind, and lists shorter than those that were judged", () => {
  expect(faultsOf({ kind: "table" })).toHaveLength(1);
  expect(faultsOf({ kind: "online", k: 10 })).toHaveLength(1);
  expect(faultsOf({ kind: "materialised" })).toHaveLength(1);
  for (const kind of ["materialised", "static"])
    expect(faultsOf({ kind, k: 9 })).toEqual([
      "deployment.k: 9 is less than evaluation.k (10), so people would be shown shorter lists than were judged; write 10 or more",
    ]);
});

it("leaves the digest of a definition that names no kind as it was", () => {
  const digest = (written: DefinitionInput) => {
    const checked = checkDefinition(written);
    return checked.ok && digestOf(checked.definition);
  };
  const checked = checkDefinition(smallDefinition());
  expect(checked.ok && "deployment" in checked.definition).toBe(false);
  expect(digest(smallDefinition({ deployment: { kind: "materialised", k: 10 } }))).not.toBe(
    digest(smallDefinition()),
  );
});

it("says which table, name, file and time a batch cannot have, and takes what its own features make", () => {
  const batch = (change: object) =>
    faultsOf({ kind: "batch", from: "data.people", to: "picks", k: 10, ...change });
  expect(batch({})).toEqual([]);
  expect(batch({ from: "people.csv", to: "picks.ndjson", schedule: { cron: "0 5 * * 1" } })).toEqual([]);
  expect(batch({ from: Object.keys(smallDefinition().features)[0] })).toEqual([]);
  expect(batch({ from: "public.token" })).toEqual([
    'deployment.from: "public.token" is in a schema of Holt\'s own or of PostgreSQL; name a table of another schema',
  ]);
  expect(batch({ from: "peple" })[0]).toContain(
    'deployment.from: "peple" is no source or feature table here',
  );
  expect(batch({ to: "../picks.csv" })[0]).toContain(
    'deployment.to: "../picks.csv" is neither a table\'s name',
  );
  expect(batch({ to: "picks.parquet" })).toHaveLength(1);
  expect(batch({ schedule: { cron: "often" } })[0]).toContain("deployment.schedule.cron");
  expect(batch({ k: 9 })).toHaveLength(1);
});

it("refuses what is decided at each request where lists are written before anybody asks", () => {
  const drawing = {
    exploration: { share: 0.1, pool: 10 },
    filters: ["genre"],
    newItems: { column: "released", share: 0.1, within: "30 d" },
  };
  const faults = (deployment: unknown) => {
    const checked = checkDefinition({ ...smallDefinition(), ...drawing, deployment });
    return checked.ok ? [] : checked.faults.map(({ path }) => path.join("."));
  };
  expect(faults({ kind: "online" })).toEqual([]);
  expect(faults({ kind: "materialised", k: 10 })).toEqual([]);
  expect(faults({ kind: "static", k: 10 })).toEqual(["exploration", "filters", "newItems"]);
  expect(faults({ kind: "batch", from: "data.people", to: "picks", k: 10 })).toEqual([
    "exploration",
    "filters",
  ]);
});
