/**
 * Rows a second of a whole batch, by the activities that a worker runs: input copied, histories looked up, scored, added to a
 * table, indexed, shown. Its peer is the same model file in onnxruntime-node, one call a person as its signature wants it, 32
 * under way at once as in the batch, over histories that are in memory; no database, no rules, nothing written. Each is a
 * process of its own; memory is the kernel's VmHWM, for a tenth of the rows and for all.
 * Not measured: PostgreSQL's own memory and processors, a PostgreSQL on another machine, Temporal.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import getPort from "get-port";
import { openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { addBatchAudience, type BatchAudience } from "./batch-audience.ts";
import type { MeasuredBatch } from "./batch-child.ts";
import type { BenchLine } from "./bench-line.ts";

const ROWS = Number(process.env["HOLT_BENCH_ROWS"] ?? 1_000_000);
/** The peer's loop needs no more to tell its rate. */
const PEER_ROWS = Math.min(ROWS, 100_000);

export async function run(): Promise<BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bench-"));
  const postgres = await startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
  const database = openDatabase(postgres.url, { applicationName: "holt-bench" });
  try {
    await migrate(database.db);
    const artifacts = new ArtifactStore(join(folder, "artifacts"));
    const audience = await addBatchAudience(database, artifacts, ROWS);
    const measure = (mode: "raw" | "batch", rows: number) =>
      measureIn(folder, { ...audience, url: postgres.url }, { mode, rows });
    const first = await measure("raw", PEER_ROWS);
    const tenth = await measure("batch", ROWS / 10);
    const whole = await measure("batch", ROWS);
    const again = await measure("raw", PEER_ROWS);
    const peer = (2 * PEER_ROWS) / (first.seconds.score + again.seconds.score);
    const rate = (rows: number, seconds: number) => ({ ours: rows / seconds, peer, unit: "rows/s" });
    const { stage, score, publish } = whole.seconds;
    return [
      { name: `batch: ${ROWS} rows to a table`, ...rate(ROWS, stage + score + publish), runs: 1 },
      { name: "batch: of it, histories, scores, rows added", ...rate(ROWS, score), runs: 1 },
      { name: `batch: ${ROWS / 10} rows to a table`, ...rate(ROWS / 10, sum(tenth)), runs: 1 },
      {
        ...{ name: `batch: peak memory of ${ROWS} rows, beside ${ROWS / 10}`, unit: "MB", runs: 1 },
        ...{ ours: whole.peakMb, peer: tenth.peakMb },
      },
    ].map((line) => ({ ...line, ratio: line.ours / line.peer }));
  } finally {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function sum({ seconds }: MeasuredBatch): number {
  return seconds.stage + seconds.score + seconds.publish;
}

async function measureIn(
  folder: string,
  { url, artifact }: BatchAudience & { url: string },
  { mode, rows }: { mode: "raw" | "batch"; rows: number },
): Promise<MeasuredBatch> {
  const child = join(import.meta.dirname, "batch-child.ts");
  const args = [child, mode, url, join(folder, "artifacts"), artifact, String(rows)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as MeasuredBatch;
}
