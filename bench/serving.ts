/**
 * Time of one `GET …/recommendations` on one kept-alive connection, whole and in parts. Its peer is the least that a route
 * with this model could be: the same file in ONNX Runtime behind a bare Fastify route, for a history that it is given;
 * no token, no check of parameters, no look-up of the history, no version that may change meanwhile.
 * A person's history is looked up once and stays in memory, so a look-up is measured by itself.
 * Not measured: networks, TLS, many connections at once (throughput), a cold PostgreSQL.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import fastify from "fastify";
import getPort from "get-port";
import type { TrainingSet } from "../core/training-set.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import { findHistory, findHistoryAgain } from "../db/interactions.ts";
import { migrate } from "../db/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { addPerson, issueToken, SET_UP } from "../operations/people.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { buildApp } from "../server/app.ts";
import { readOverloadSettings } from "../server/overload/settings.ts";
import { openServing } from "../server/serving/open-serving.ts";
import { readServingSettings } from "../server/serving/settings.ts";
import { readSpoolSettings } from "../server/spool/settings.ts";
import { startSpool } from "../server/spool/start.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { trainItemSimilarity } from "../trainers/item-similarity.ts";
import { trainPopularity } from "../trainers/popularity.ts";
import type { BenchLine } from "./bench-line.ts";

/** Of one measurement of requests. */
const SECONDS = 3;
const CALLS = 3_000;
const RUNS = 3;
const K = 10;

export async function run(): Promise<BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bench-"));
  const postgres = await startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
  const database = openDatabase(postgres.url, { applicationName: "holt-bench" });
  try {
    await migrate(database.db);
    return await measure(database, folder);
  } finally {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(database: Database, folder: string): Promise<BenchLine[]> {
  const artifacts = new ArtifactStore(join(folder, "artifacts"));
  const ratings = await readRatings();
  const set = trainingSetOf(ratings);
  const settings = { trainer: "item_similarity" as const, neighbours: 50, shrinkage: 10, maxSizeMb: 32 };
  const bytes = trainItemSimilarity(set, settings, () => {});
  const fallback = await artifacts.put(trainPopularity(set));
  await addLiveVersion(database.db, { artifacts: { artifact: await artifacts.put(bytes), fallback } });
  await addHistories(database, ratings);
  const user = medianPerson(ratings);
  const history = await findHistory(database.db, "bench_interactions", user);
  const recommender = await loadRecommender(bytes);

  const ours = await startOurs(database, artifacts, folder);
  const bare = fastify();
  bare.get("/", async () => ({ items: await recommender.recommend(history, K) }));
  const bareUrl = await bare.listen({ port: 0 });
  const known = `${ours.url}/v1/models/shop/recommendations?user=${user}&k=${K}`;
  const stranger = `${ours.url}/v1/models/shop/recommendations?user=nobody&k=${K}`;
  const figures: Record<string, number[]> = { known: [], stranger: [], bare: [], model: [], lookUp: [] };
  try {
    for (let attempt = 0; attempt < RUNS; attempt++) {
      figures["bare"]?.push(await requestUs(bareUrl));
      figures["known"]?.push(await requestUs(known, ours.headers));
      figures["stranger"]?.push(await requestUs(stranger, ours.headers));
      figures["model"]?.push(await callUs(() => recommender.recommend(history, K)));
      figures["lookUp"]?.push(
        await callUs(() => findHistoryAgain(database.pool, "bench_interactions", user)),
      );
    }
  } finally {
    await bare.close();
    await ours.close();
    await recommender.close();
  }
  const peer = median(figures["bare"]);
  const line = (name: string, of: string): BenchLine => {
    const figure = median(figures[of]);
    return { name: `serving: ${name}`, ours: figure, peer, ratio: figure / peer, unit: "µs", runs: RUNS };
  };
  return [
    line(`person with ${history.length} items, ${set.items.length} in the model`, "known"),
    line("stranger, popularity list", "stranger"),
    line("of it, the model", "model"),
    line("looking a history up that is not in memory", "lookUp"),
  ];
}

async function startOurs(database: Database, artifacts: ArtifactStore, home: string) {
  const operations = { database };
  await addPerson(operations, SET_UP, { name: "app", roles: ["service"] });
  const { token } = await issueToken(operations, SET_UP, { name: "app", ttlMs: 3_600_000 });
  const broken = (error: Error) => {
    throw error;
  };
  const serving = openServing(
    database,
    artifacts,
    { ...readServingSettings({}, home), name: "bench", overload: readOverloadSettings({}) },
    {
      ...{ onProblem: broken, onLocalProblem: broken, onHistoryProblem: broken, onScorerProblem: broken },
    },
  );
  await serving.start();
  const spool = await startSpool({
    ...{ database, folder: join(home, "spool"), limits: readSpoolSettings({}) },
    log: { error: fail, warn: fail },
  });
  const context = {
    ...{
      database,
      operations,
      ...serving.context,
      spool: spool.spool,
      tally: spool.tally,
      artifacts,
      serverUrl: "http://127.0.0.1",
      temporalUiUrl: undefined,
    },
    ...{ temporalNamespace: "default", webFolder: tmpdir(), pictureOrigins: [], isEnding: () => false },
  };
  const details = {
    ...{ database: "ok", temporal: "ok", checkpoints: "off", watchdog: "ok" },
    ...{ ...serving.health(), spool: spool.state() },
  };
  const app = await buildApp(context, async () => ({ ready: true, details }));
  const url = await app.listen({ port: 0 });
  const close = async () => {
    await app.close();
    await Promise.all([serving.close(), spool.close()]);
  };
  return { url, headers: { authorization: `Bearer ${token}` }, close };
}

/** A figure of what went wrong is worth nothing. */
function fail(problem: unknown): never {
  throw problem;
}

/** Mean of one request after the other, in microseconds, by autocannon in a thread of its own. */
async function requestUs(url: string, headers: Record<string, string> = {}): Promise<number> {
  const load = { url, headers, connections: 1, workers: 1 };
  await autocannon({ ...load, duration: 1 });
  const result = await autocannon({ ...load, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0 || result["2xx"] === 0)
    throw new Error(
      `${url}: ${result.non2xx} requests were not answered with 2xx, ${result.errors} not at all`,
    );
  // Not its latencies, which are whole milliseconds.
  return (result.duration * 1_000_000) / result["2xx"];
}

async function callUs(call: () => Promise<unknown>): Promise<number> {
  for (let warmUp = 0; warmUp < CALLS / 10; warmUp++) await call();
  const start = performance.now();
  for (let count = 0; count < CALLS; count++) await call();
  return ((performance.now() - start) * 1_000) / CALLS;
}

interface Rating {
  user: string;
  item: string;
  seconds: number;
}

async function readRatings(): Promise<Rating[]> {
  const text = await readFile(join(import.meta.dirname, "../examples/movies/data/ratings.csv"), "utf8");
  return text
    .trimEnd()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","))
    .filter(([, , rating]) => Number(rating) >= 3.5)
    .map(([user = "", item = "", , seconds]) => ({ user, item, seconds: Number(seconds) }));
}

function trainingSetOf(ratings: readonly Rating[]): TrainingSet {
  const items = [...new Set(ratings.map(({ item }) => item))].sort((a, b) => (a < b ? -1 : 1));
  const indices = new Map(items.map((item, index) => [item, index]));
  const people = Map.groupBy(ratings, ({ user }) => user);
  const starts = [0];
  const flat: number[] = [];
  for (const had of people.values()) {
    for (const { item } of had.sort((a, b) => a.seconds - b.seconds)) flat.push(indices.get(item) as number);
    starts.push(flat.length);
  }
  const train = { starts: Int32Array.from(starts), items: Int32Array.from(flat) };
  return { items, train, heldOut: { starts: new Int32Array(people.size + 1), items: new Int32Array(0) } };
}

/** As a run leaves them: a table with an index on the person, and the model that points there. */
async function addHistories({ db, pool }: Database, ratings: readonly Rating[]): Promise<void> {
  await pool.query(
    "create table data.bench_interactions (user_id text, item_id text, event_time timestamptz)",
  );
  await pool.query(
    `insert into data.bench_interactions
     select u, i, to_timestamp(s) from unnest($1::text[], $2::text[], $3::double precision[]) as r (u, i, s)`,
    [ratings.map(({ user }) => user), ratings.map(({ item }) => item), ratings.map(({ seconds }) => seconds)],
  );
  await pool.query("create index on data.bench_interactions (user_id)");
  await pool.query("analyze data.bench_interactions");
  await db.updateTable("model").set({ interactions_table: "bench_interactions" }).execute();
}

/** Whose history is of middle length. */
function medianPerson(ratings: readonly Rating[]): string {
  const people = [...Map.groupBy(ratings, ({ user }) => user)].sort((a, b) => a[1].length - b[1].length);
  return people[Math.floor(people.length / 2)]?.[0] ?? "";
}

function median(figures: readonly number[] | undefined): number {
  return [...(figures ?? [])].sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}
