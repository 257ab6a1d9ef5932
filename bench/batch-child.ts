/** One measurement of batch.ts, alone in its process so that its memory's peak is its own. Prints a line of JSON. */
import { readFile } from "node:fs/promises";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { publishBatch } from "../activities/batch/publish.ts";
import { scoreBatch } from "../activities/batch/score.ts";
import { stageBatch } from "../activities/batch/stage.ts";
import { getBatch, openBatch } from "../db/batches.ts";
import { openDatabase } from "../db/connection.ts";
import { findHistories } from "../db/interactions.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { HISTORIES, PEOPLE } from "./batch-audience.ts";

export interface MeasuredBatch {
  /** The raw loop has the one in the middle only. */
  seconds: { stage: number; score: number; publish: number };
  peakMb: number;
}

const K = 10;
/** As the batch asks; one after the other is slower. */
const AT_ONCE = 32;
const [mode = "", url = "", folder = "", artifact = "", written = ""] = process.argv.slice(2);
const rows = Number(written);
const { signal } = new AbortController();
const database = openDatabase(url, { applicationName: "holt-bench" });
const artifacts = new ArtifactStore(folder);
const seconds = mode === "batch" ? await batch() : await raw();
const measured: MeasuredBatch = { seconds, peakMb: await peakMb() };
console.log(JSON.stringify(measured));
await database.close();

async function batch(): Promise<MeasuredBatch["seconds"]> {
  const { db, pool } = database;
  const source = `data.${PEOPLE}_${rows}`;
  await pool.query(`create table ${source} as select * from data.${PEOPLE} order by user_id limit ${rows}`);
  const person = await addTestPerson(db, ["deployer"]);
  const { id } = await openBatch(db, person.proof, {
    ...{ model: "shop", source, target: `picks_${rows}`, k: K, layout: "rows" },
    ...{ strangers: "popularity", maxBadRowShare: 0 },
  });
  const context = { database, ingest: database, artifacts };
  const step = async (work: typeof stageBatch | typeof scoreBatch | typeof publishBatch) => {
    const started = performance.now();
    await work(context, await getBatch(db, id), signal);
    return (performance.now() - started) / 1_000;
  };
  const took = {
    stage: await step(stageBatch),
    score: await step(scoreBatch),
    publish: await step(publishBatch),
  };
  const { state, rows_scored } = await getBatch(db, id);
  if (state !== "done" || rows_scored !== rows)
    throw new Error(`batch: ${state}, ${rows_scored} of ${rows} rows`);
  return took;
}

/** The least that scoring these people could be. */
async function raw(): Promise<MeasuredBatch["seconds"]> {
  const ids = Array.from({ length: rows }, (_, person) => `p${String(person).padStart(7, "0")}`);
  const histories = [...(await findHistories(database.pool, HISTORIES, ids)).values()];
  const session = await InferenceSession.create(await artifacts.get(artifact), {
    ...{
      executionProviders: ["cpu"],
      executionMode: "sequential",
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    },
  });
  const k = new Tensor("int64", BigInt64Array.of(BigInt(K)), [1]);
  let shown = 0;
  const started = performance.now();
  const ask = async (history: string[]) => {
    const { items, scores } = await session.run({
      history: new Tensor("string", history, [history.length]),
      k,
    });
    shown += (items?.data.length ?? 0) + (scores?.data.length ?? 0);
  };
  for (let from = 0; from < histories.length; from += AT_ONCE)
    await Promise.all(histories.slice(from, from + AT_ONCE).map(ask));
  const score = (performance.now() - started) / 1_000;
  if (shown === 0) throw new Error("batch: the model answered nobody");
  await session.release();
  return { stage: 0, score, publish: 0 };
}

/** The most memory that this process ever held, by Linux. */
async function peakMb(): Promise<number> {
  const status = await readFile("/proc/self/status", "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_000;
}
