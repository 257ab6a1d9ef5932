import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { definitionSchema } from "../core/definition.ts";
import type { FeatureDetail } from "../core/step-details.ts";
import { dataRoad } from "../tests/support/data-road.ts";
import { smallDefinition } from "../tests/support/definitions.ts";
import { findNamedItems } from "./named-items.ts";

const SALES = `user_id,item_id,sold_at
ann,tea,2026-01-01T00:00:00Z
bob,jam,2026-01-02T00:00:00Z
`;
const ONLY_TEA = "select distinct item_id, item_id as title from {{ sales }} where item_id = 'tea'";
/** Whoever reads a file under this signal fails. */
const MAY_NOT_READ = AbortSignal.abort();

async function soldTeaAndJam() {
  const road = await dataRoad({ "sales.csv": SALES });
  const written = smallDefinition();
  const definition = definitionSchema.parse({
    ...written,
    features: { ...written.features, items: { sql: ONLY_TEA } },
  });
  const look = (itemsTable: string, signal: AbortSignal) =>
    findNamedItems(road.context, { definition, folder: road.folder, source: "sales", itemsTable, signal });
  const run = await road.open(definition);
  await run.steps("ingest:sales", "feature:items");
  const { tableName } = await run.detail<FeatureDetail>("feature:items");
  return { road, look, tableName };
}

it("counts a new delivery's items by its file, and an ingested one's by its snapshot", async () => {
  const { road, look, tableName } = await soldTeaAndJam();
  const never = new AbortController().signal;
  expect(await look(tableName, never)).toEqual({ source: "sales", named: 2, unknown: 1 });
  await road.write("sales.csv", `${SALES}cat,cup,2026-01-03T00:00:00Z\n`);
  expect(await look(tableName, never)).toEqual({ source: "sales", named: 3, unknown: 2 });
  await expect(look(tableName, MAY_NOT_READ)).rejects.toThrow("aborted");
});

it("reads nothing of a large delivery, and counts by the snapshot until it is ingested", async () => {
  const { road, look, tableName } = await soldTeaAndJam();
  await truncate(join(road.folder, "sales.csv"), 64_000_001);
  expect(await look(tableName, MAY_NOT_READ)).toEqual({ source: "sales", named: 2, unknown: 1 });
});
