/** One measurement of qa-report.ts, alone in its process so that its memory's peak is its own. Prints a line of JSON. */
import { readFile } from "node:fs/promises";
import { buildReport } from "../activities/qa-report.ts";
import { openDatabase } from "../db/connection.ts";
import { forEachHistory } from "../db/people-histories.ts";
import { loadRecommender } from "../scoring/recommender.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { AUDIENCE, TABLES } from "./qa-audience.ts";

export interface Measured {
  seconds: number;
  peakMb: number;
  headline: string;
}

const [mode = "", url = "", folder = "", artifactDigest = "", fallbackDigest = "", trainingSetDigest = ""] =
  process.argv.slice(2);
const { signal } = new AbortController();
const database = openDatabase(url, { applicationName: "holt-bench" });
const artifacts = new ArtifactStore(folder);
const table = (tableName: string) => ({ featureTableId: 0, tableName, inputDigest: "", rows: 0 });

const started = performance.now();
const headline = mode === "report" ? await report() : await bareLoop();
const seconds = (performance.now() - started) / 1_000;
const measured: Measured = { seconds, peakMb: await peakMb(), headline };
console.log(JSON.stringify(measured));
await database.close();

async function report(): Promise<string> {
  const pair = { artifactDigest, fallbackDigest };
  const reads = Object.entries(TABLES).map(([name, tableName]) => ({
    ...{ name, tableName, digest: "" },
    ...{ columns: undefined, newestKnownTime: null },
  }));
  const built = await buildReport(
    { database, ingest: database, artifacts },
    {
      ...{
        definition: AUDIENCE,
        candidate: "als",
        championVersion: 1,
        trainingSetDigest,
        metrics: [],
        reads,
      },
      models: { candidate: pair, champion: { artifactDigest: fallbackDigest, fallbackDigest } },
      interactions: table(TABLES.interactions),
      items: table(TABLES.items),
      hasLogged: false,
      asOf: new Date("2026-03-01T00:00:00Z"),
    },
    { signal, progress: () => {} },
  );
  return built.headline;
}

/** The least that could be done: read everybody's history, and ask the candidate once. */
async function bareLoop(): Promise<string> {
  const recommender = await loadRecommender(await artifacts.get(artifactDigest));
  let shown = 0;
  await forEachHistory(database.db, TABLES.interactions, { signal }, async ({ items }) => {
    shown += (await recommender.recommend(items, AUDIENCE.evaluation.k)).length;
  });
  await recommender.close();
  return `${shown} places`;
}

/** The most memory that this process ever held, by Linux. */
async function peakMb(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_000;
}
