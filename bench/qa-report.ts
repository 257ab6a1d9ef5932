/**
 * A QA report about 100,000 people and 10,000 items, with every part of it: must-have, forbidden, slices, cases, extremes,
 * behaviour, previews; ALS put forward, the popularity list live. Its peer reads the same people and asks the candidate
 * once each. Each is a process of its own; memory is the kernel's VmHWM.
 * Not measured: PostgreSQL's own memory; training and the split, which are done before.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import getPort from "get-port";
import { DEFAULT_MAX_SIZE_MB } from "../core/model-limit.ts";
import { encodeTrainingSet } from "../core/training-set.ts";
import { openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { train } from "../trainers/train.ts";
import type { BenchLine } from "./bench-line.ts";
import { AUDIENCE, addAudience, ITEMS, PEOPLE, splitAudience } from "./qa-audience.ts";
import type { Measured } from "./qa-report-child.ts";

export async function run(): Promise<BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bench-"));
  const postgres = await startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
  const database = openDatabase(postgres.url, { applicationName: "holt-bench" });
  try {
    await migrate(database.db);
    await addAudience(database);
    const set = await splitAudience(database);
    const artifacts = new ArtifactStore(join(folder, "artifacts"));
    const candidate = AUDIENCE.candidates["als"] as NonNullable<typeof AUDIENCE.candidates.als>;
    const digests = [
      await artifacts.put(train(set, candidate, () => {})),
      await artifacts.put(train(set, { trainer: "popularity", maxSizeMb: DEFAULT_MAX_SIZE_MB }, () => {})),
      await artifacts.put(encodeTrainingSet(set)),
    ];
    const measure = async (mode: "report" | "bare") => {
      const child = join(import.meta.dirname, "qa-report-child.ts");
      const args = [child, mode, postgres.url, join(folder, "artifacts"), ...digests];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      return JSON.parse(stdout) as Measured;
    };
    const bare = await measure("bare");
    const report = await measure("report");
    return (["seconds", "peakMb"] as const).map((figure) => ({
      name: `qa-report: ${PEOPLE} people × ${ITEMS} items`,
      ours: report[figure],
      peer: bare[figure],
      ratio: report[figure] / bare[figure],
      unit: figure === "seconds" ? "s" : "MB",
      runs: 1,
    }));
  } finally {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
