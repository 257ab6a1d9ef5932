/**
 * Rows a second of an ingest: read, checked, typed, keyed, swapped in, indexed. Its peer is a bare COPY of the same bytes
 * by the same client into a table without keys, which checks nothing and would stop at the first bad row.
 */
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import getPort from "get-port";
import { from as copyFrom } from "pg-copy-streams";
import { digestFile, findSourceFile } from "../activities/csv/source-file.ts";
import { readRows } from "../activities/csv/source-rows.ts";
import { definitionSchema, type Source } from "../core/definition.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import { addDefinition, setCurrentDefinition } from "../db/definitions.ts";
import { migrate } from "../db/migrate.ts";
import { insertRun } from "../db/runs.ts";
import { settleStaging, swapSnapshot } from "../db/snapshots.ts";
import { stageRows, withStaging } from "../db/staging.ts";
import movies from "../examples/movies/holt.config.ts";
import { startPostgres } from "../local/postgres.ts";
import { digestOf } from "../store/digest.ts";
import type { BenchLine } from "./bench-line.ts";

/** The example's ratings, so many times, each time by other people. */
const COPIES = 10;
const RUNS = 3;
const NEVER = new AbortController().signal;

export async function run(): Promise<BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bench-"));
  const rows = await writeRatings(join(folder, "ratings.csv"));
  const postgres = await startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
  const database = openDatabase(postgres.url, { applicationName: "holt-bench" });
  try {
    const { source, definition } = await prepare(database, folder);
    const [whole, staged, bare]: [number[], number[], number[]] = [[], [], []];
    for (let attempt = 0; attempt < RUNS; attempt += 1) {
      bare.push(rows / (await seconds(() => copyBare(database, join(folder, "ratings.csv")))));
      staged.push(rows / (await seconds(() => ingest(database, folder, source, undefined))));
      whole.push(
        rows / (await seconds(() => ingest(database, folder, source, digestOf({ definition, attempt })))),
      );
    }
    return [line("ingest: file to staging", staged, bare), line("ingest: file to snapshot", whole, bare)];
  } finally {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeRatings(path: string): Promise<number> {
  const text = await readFile(join(import.meta.dirname, "../examples/movies/data/ratings.csv"), "utf8");
  const [header = "", ...lines] = text.trimEnd().split(/\r?\n/);
  const copies = Array.from({ length: COPIES }, (_, copy) =>
    lines.map((written) => `${copy}.${written}`).join("\n"),
  );
  await writeFile(path, `${header}\n${copies.join("\n")}\n`);
  return lines.length * COPIES;
}

async function prepare(database: Database, folder: string): Promise<{ source: Source; definition: string }> {
  const parsed = definitionSchema.parse(movies);
  const { ratings } = parsed.sources;
  if (!ratings) throw new Error("the example has no ratings");
  const definition = digestOf(parsed);
  await migrate(database.db);
  await addDefinition(database.db, { digest: definition, model: "movies", body: parsed, folder });
  await setCurrentDefinition(database.db, "movies", definition);
  await insertRun(database.db, {
    id: "movies-bench",
    model: "movies",
    run_key: "bench",
    definition_digest: definition,
    as_of: new Date(),
    trigger: "person",
    workflow_id: "run/movies/bench",
  });
  return { source: { ...ratings, file: "ratings.csv" }, definition };
}

/** As the activity does it; without `content` only as far as the staging table. */
async function ingest(
  database: Database,
  folder: string,
  source: Source,
  content: string | undefined,
): Promise<void> {
  const file = await findSourceFile(folder, source.file, "ratings");
  const bytesDigest = await digestFile(file, NEVER);
  await withStaging(database, NEVER, source, async (client, staging) => {
    await stageRows(
      client,
      staging,
      source,
      readRows(file, source, bytesDigest, { signal: NEVER, progress: () => {} }),
    );
    if (content === undefined) return;
    await settleStaging(client, staging, source);
    await swapSnapshot(client, staging, source, {
      model: "movies",
      source: "ratings",
      inputDigest: content,
      contentDigest: content,
      runId: "movies-bench",
      deliveredAt: file.deliveredAt,
      openedAt: new Date(),
    });
  });
}

async function copyBare(database: Database, path: string): Promise<void> {
  const client = await database.pool.connect();
  try {
    await client.query("drop table if exists bare");
    await client.query(
      "create table bare (user_id text, item_id text, rating double precision, rated_at bigint)",
    );
    await pipeline(
      createReadStream(path),
      client.query(copyFrom("copy bare from stdin with (format csv, header)")),
    );
  } finally {
    client.release();
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

function line(name: string, ours: number[], peer: number[]): BenchLine {
  const [mine, theirs] = [median(ours), median(peer)];
  return {
    name,
    ours: Math.round(mine),
    peer: Math.round(theirs),
    ratio: mine / theirs,
    unit: "rows/s",
    runs: RUNS,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
