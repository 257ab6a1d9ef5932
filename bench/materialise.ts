/**
 * Everybody's list written to a version's table: people a second, beside a bare loop that asks ONNX Runtime for each history,
 * which it has in memory already, and copies the lists to a table without a key. Ours reads the histories from PostgreSQL, checks
 * scores, and commits 500 people at a time with the note where to go on.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import getPort from "get-port";
import { sql } from "kysely";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { from as copyFrom } from "pg-copy-streams";
import { writeLists } from "../activities/write-lists.ts";
import { median } from "../core/metrics.ts";
import { historyOf, type TrainingSet } from "../core/training-set.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { addSteps, endStep } from "../db/steps.ts";
import { registerVersion } from "../db/versions.ts";
import { startPostgres } from "../local/postgres.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { trainPopularity } from "../trainers/popularity.ts";
import { train } from "../trainers/train.ts";
import type { BenchLine } from "./bench-line.ts";
import { candidateOf, movieTrainingSet } from "./movies.ts";

/** The example's people, so many times. */
const COPIES = 20;
const RUNS = 3;
const K = 50;
const MEGABYTE = 1e6;
const TABLE = "feature_bench";

export async function run(): Promise<BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bench-"));
  const postgres = await startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
  const database = openDatabase(postgres.url, { applicationName: "holt-bench" });
  try {
    await migrate(database.db);
    const set = await movieTrainingSet();
    const people = await fillHistories(database, set);
    const artifacts = new ArtifactStore(join(folder, "artifacts"));
    const bytes = train(set, candidateOf("item_similarity"), () => {});
    const artifact = await artifacts.put(bytes);
    const fallback = await artifacts.put(trainPopularity(set));
    const [ours, bare]: [number[], number[]] = [[], []];
    let sizes = { ours: 0, bare: 0 };
    for (let attempt = 1; attempt <= RUNS; attempt += 1) {
      bare.push(people.length / (await seconds(() => copyBare(database, bytes, people))));
      const version = await register(database, { artifact, fallback });
      const context = { database, ingest: database, artifacts };
      const of = { model: "shop", version };
      ours.push(
        people.length /
          (await seconds(() => writeLists(context, of, new AbortController().signal, () => {}))),
      );
      sizes = {
        ours: await sizeOf(database, `lists.shop_${version}`),
        bare: await sizeOf(database, "public.bare_lists"),
      };
    }
    const name = `materialise: ${people.length.toLocaleString("en-US")} people, ${K} items each`;
    return [
      line(name, median(ours) ?? Number.NaN, median(bare) ?? Number.NaN, "people/s"),
      line(name, sizes.ours, sizes.bare, "MB"),
    ];
  } finally {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Person {
  user: string;
  history: string[];
}

/** As a feature table of a run. */
async function fillHistories({ db, pool }: Database, set: TrainingSet): Promise<Person[]> {
  const own = Array.from(set.train.starts.subarray(1), (_, person) =>
    Array.from(historyOf(set.train, person), (item) => set.items[item] as string),
  );
  const people = Array.from({ length: COPIES }, (_, copy) =>
    own.map((history, at) => ({ user: `${copy}.${at}`, history })),
  ).flat();
  await sql`create table ${sql.table(`data.${TABLE}`)} (user_id text, item_id text, event_time timestamptz)`.execute(
    db,
  );
  const rows = people.flatMap(({ user, history }) =>
    history.map((item, nth) => `${user}\t${item}\t${new Date(nth * 1_000).toISOString()}\n`),
  );
  await copy({ pool }, `data.${TABLE}`, rows);
  await sql`analyze ${sql.table(`data.${TABLE}`)}`.execute(db);
  return people;
}

/** A version that is approved and not written yet. */
async function register(
  { db }: Database,
  artifacts: { artifact: string; fallback: string },
): Promise<number> {
  // another description each time, so that it is another release
  const change = { deployment: { kind: "materialised" as const, k: K } };
  const run = await addOpenReview(db, {
    artifacts,
    change: { ...change, description: `bench ${performance.now()}` },
  });
  const step = "feature:interactions";
  await addSteps(db, run.runId, [{ name: step, kind: "feature", after: [], skippable: false }]);
  const end = { state: "done", inputDigest: "0".repeat(64), reusedFromRun: null } as const;
  const result = { summary: "as the bench says", detail: { tableName: TABLE } };
  await endStep(db, { runId: run.runId, step }, { ...end, result });
  await decideAs(db, await addTestPerson(db), run);
  return registerVersion(db, run.runId);
}

async function copyBare(database: Database, bytes: Uint8Array, people: readonly Person[]): Promise<void> {
  await sql`drop table if exists bare_lists`.execute(database.db);
  await sql`create table bare_lists (user_id text, items text[], scores double precision[])`.execute(
    database.db,
  );
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const k = new Tensor("int64", BigInt64Array.of(BigInt(K)), [1]);
  async function* rows() {
    for (const { user, history } of people) {
      const { items, scores } = await session.run({
        history: new Tensor("string", history, [history.length]),
        k,
      });
      const [ids, values] = [items?.data as unknown as string[], scores?.data as Float32Array];
      if (ids.length > 0) yield `${user}\t{${ids.join(",")}}\t{${values.join(",")}}\n`;
    }
  }
  await copy(database, "bare_lists", rows());
  await session.release();
}

async function copy(
  { pool }: Pick<Database, "pool">,
  table: string,
  rows: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  const client = await pool.connect();
  try {
    await pipeline(Readable.from(rows), client.query(copyFrom(`copy ${table} from stdin`)));
  } finally {
    client.release();
  }
}

async function sizeOf({ db }: Database, table: string): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`select pg_total_relation_size(${table}) as bytes`.execute(db);
  return (rows[0]?.bytes ?? 0) / MEGABYTE;
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

function line(name: string, ours: number, peer: number, unit: string): BenchLine {
  return { name, ours, peer, ratio: ours / peer, unit, runs: RUNS };
}
