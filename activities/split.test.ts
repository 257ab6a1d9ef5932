import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { FeatureDetail, SplitDetail } from "../core/step-details.ts";
import { decodeTrainingSet, historyOf, peopleIn, type TrainingSet } from "../core/training-set.ts";
import { findHistory } from "../db/interactions.ts";
import { type DataRoad, dataRoad, type RoadRun } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";

const STEPS = ["ingest:sales", "feature:interactions", "feature:items", "split"];
const HEADER = "user_id,item_id,sold_at";
/** Not in time order; Zoë before ann by bytes; ties; a repeat; a single purchase. */
const SALES = [
  "ann,jam,2026-01-05",
  "ann,tea,2026-01-01",
  "ann,fig,2026-01-03",
  "ann,tea,2026-01-04",
  "ann,egg,2026-01-03",
  "ann,oat,2026-01-02",
  "Zoë,oat,2026-01-02",
  "Zoë,tea,2026-01-01",
  "bob,tea,2026-01-01",
];

async function trainingSet(road: DataRoad, run: RoadRun): Promise<TrainingSet> {
  const { trainingSetDigest } = await run.detail<SplitDetail>("split");
  return decodeTrainingSet(await road.artifacts.get(trainingSetDigest));
}

function named(set: TrainingSet, part: "train" | "heldOut"): string[][] {
  return Array.from({ length: peopleIn(set[part]) }, (_, person) =>
    Array.from(historyOf(set[part], person), (index) => set.items[index] as string),
  );
}

it("holds the last share of each person's items out, in time order, each item once", async () => {
  const road = await dataRoad({ "sales.csv": [HEADER, ...SALES].join("\n") });
  const run = await road.open(smallDefinition({ evaluation: { holdoutShare: 0.4 } }));
  await run.steps(...STEPS);
  const set = await trainingSet(road, run);
  expect(set.items).toEqual(["egg", "fig", "jam", "oat", "tea"]);
  expect(named(set, "train")).toEqual([["tea"], ["tea", "oat", "egg"], ["tea"]]);
  expect(named(set, "heldOut")).toEqual([["oat"], ["fig", "jam"], []]);
  expect(await run.detail("split")).toMatchObject({
    people: 3,
    items: 5,
    trainInteractions: 5,
    heldOutInteractions: 3,
    peopleJudged: 2,
  });
  const { tableName } = await run.detail<FeatureDetail>("feature:interactions");
  expect(await findHistory(road.database.db, tableName, "ann")).toEqual(["tea", "oat", "egg", "fig", "jam"]);
});

it("gives the same bytes for the same rows in another order, without anybody's name", async () => {
  const road = await dataRoad({ "sales.csv": [HEADER, ...SALES].join("\n") });
  const first = await road.open(smallDefinition());
  await first.steps(...STEPS);
  await road.write("sales.csv", [HEADER, ...SALES.toReversed()].join("\r\n"));
  const second = await road.open(smallDefinition());
  await second.steps(...STEPS);
  expect((await second.row("split")).state).toBe("done");
  expect(await second.detail("split")).toEqual(await first.detail("split"));
  const bytes = await road.artifacts.get((await first.detail<SplitDetail>("split")).trainingSetDigest);
  for (const name of ["ann", "bob", "Zoë"]) expect(Buffer.from(bytes).includes(name)).toBe(false);
});

it("knows only items of the items table", async () => {
  const road = await dataRoad({ "sales.csv": [HEADER, ...SALES].join("\n") });
  const small = smallDefinition();
  const items = { sql: "select distinct item_id, item_id as title from {{ sales }} where item_id <> 'tea'" };
  const run = await road.open({ ...small, features: { ...small.features, items } });
  await run.steps(...STEPS);
  const set = await trainingSet(road, run);
  expect(set.items).toEqual(["egg", "fig", "jam", "oat"]);
  expect(
    named(set, "train").map((one, person) => [...one, ...(named(set, "heldOut")[person] ?? [])]),
  ).toEqual([["oat"], ["oat", "egg", "fig", "jam"]]);
});

it("copes with ids that have tabs, line ends and backslashes", async () => {
  const road = await dataRoad({
    "sales.csv": `${HEADER}\n"a\tb\\","i\nj\\N",2026-01-01\n"a\tb\\",\\N,2026-01-02\n`,
  });
  const run = await road.open(smallDefinition());
  await run.steps(...STEPS);
  const set = await trainingSet(road, run);
  expect([named(set, "train"), named(set, "heldOut")]).toEqual([[["i\nj\\N"]], [["\\N"]]]);
});

it("refuses when there is nothing to learn from", async () => {
  const road = await dataRoad({ "sales.csv": [HEADER, ...SALES].join("\n") });
  const small = smallDefinition();
  const items = { sql: "select distinct upper(item_id) as item_id, item_id as title from {{ sales }}" };
  const run = await road.open({ ...small, features: { ...small.features, items } });
  await run.steps(...STEPS.slice(0, -1));
  await expect(run.step("split")).rejects.toThrow(
    'features.interactions: none of its 9 rows has an item of "items" (5 rows), so there is nothing to learn from; see whether their item_id fit',
  );
  expect(await run.row("split")).toMatchObject({ error_code: "InvalidInput" });
});

it("makes the training set again when its artifact is gone", async () => {
  const road = await dataRoad({ "sales.csv": [HEADER, ...SALES].join("\n") });
  const first = await road.open(smallDefinition());
  await first.steps(...STEPS);
  await rm(join(road.folder, "artifacts"), { recursive: true });
  const second = await road.open(smallDefinition());
  await second.steps(...STEPS);
  const states = await Promise.all(STEPS.map(async (step) => (await second.row(step)).state));
  expect(states).toEqual(["reused", "reused", "reused", "done"]);
  expect(await trainingSet(road, second)).toMatchObject({ items: ["egg", "fig", "jam", "oat", "tea"] });
});
