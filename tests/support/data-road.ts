import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type DataRoad, openDataRoadAt, quietEnvironment, type RoadRun } from "./data-road-at.ts";
import { testDatabase } from "./database.ts";

export type { DataRoad, RoadRun };
export { quietEnvironment };

/** A road of its own that ends with the test. */
export async function dataRoad(files: Record<string, string | Uint8Array> = {}): Promise<DataRoad> {
  const database = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), "holt-road-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return openDataRoadAt(database, folder, files);
}
