/** A shop with a live version and people's histories, whose batches run as activities, with a worker's rights. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { sql } from "kysely";
import { onTestFinished } from "vitest";
import { batchActivities } from "../../activities/batch.ts";
import type { DefinitionInput } from "../../core/definition.ts";
import { type BatchRow, getBatch, openBatch, type WantedBatch } from "../../db/batches.ts";
import { openDatabase } from "../../db/connection.ts";
import { deploy } from "../../db/deployments.ts";
import { findRelease } from "../../db/releases.ts";
import { registerVersion } from "../../db/versions.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { testDatabase } from "./database.ts";
import { asLogin } from "./logins.ts";
import { addTestPerson, decideAs } from "./reviewed-run.ts";
import { addOpenReview, addShop, type StoredRelease, storeModels } from "./shop.ts";

const STEPS = ["stageBatch", "scoreBatch", "publishBatch"] as const;
type Step = (typeof STEPS)[number];

export type BatchShop = Awaited<ReturnType<typeof batchShop>>;

/** Person n, from 0, had items n and n + 1 of 20, round the circle. @param people how many there are */
export async function batchShop(people: number, change: Partial<DefinitionInput> = {}) {
  const database = await testDatabase();
  const { db } = database;
  const folder = await mkdtemp(join(tmpdir(), "holt-batch-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [worker, ingest] = (["worker", "ingest"] as const).map((login) => {
    const one = openDatabase(asLogin(database.url, login), { applicationName: `holt-test-${login}` });
    onTestFinished(() => one.close());
    return one;
  }) as [ReturnType<typeof openDatabase>, ReturnType<typeof openDatabase>];
  const artifacts = new ArtifactStore(join(folder, "artifacts"));
  const batchFolder = join(folder, "batches");
  const context = { database: worker, ingest, artifacts, batchFolder, sourceFolders: [folder] };
  const activities = batchActivities(context);
  await addShop(db, "shop", change);
  await sql`create table data.feature_sold as
    select 'person-' || lpad(person::text, 5, '0') as user_id,
      'i' || lpad(((person + nth) % 20)::text, 2, '0') as item_id, to_timestamp(nth) as event_time
    from generate_series(0, ${sql.lit(people - 1)}) as person, generate_series(0, 1) as nth`.execute(db);
  await sql`create index on data.feature_sold (user_id)`.execute(db);
  await sql`grant select on data.feature_sold to holt_worker, holt_server`.execute(db);
  await db.updateTable("model").set({ interactions_table: "feature_sold" }).execute();
  const person = await addTestPerson(db, ["reviewer", "deployer"]);

  /** Another approved version goes live, whose model knows so many items. */
  const goLive = async (items = 20, release: Partial<StoredRelease> = {}) => {
    const stored = { ...(await storeModels(artifacts, "i", items)), ...release };
    const run = await addOpenReview(db, { artifacts: stored, change });
    await decideAs(db, person, run);
    const version = await registerVersion(db, run.runId);
    const { artifactDigest } = (await findRelease(db, run.releaseDigest)) ?? {};
    const signed = { artifactDigest: String(artifactDigest), reportDigest: run.reportDigest };
    await deploy(db, { runId: run.runId, version }, signed);
    return { version, artifacts: stored };
  };
  /** A table that people are read from, in the schema `data`. */
  const addTable = async (name: string, rows: ReturnType<typeof sql>) => {
    await sql`create table ${sql.table(`data.${name}`)} as ${rows}`.execute(db);
    await sql`grant select on ${sql.table(`data.${name}`)} to holt_ingest`.execute(db);
    return `data.${name}`;
  };
  const open = async (wanted: Partial<WantedBatch> = {}): Promise<BatchRow> => {
    const asked: WantedBatch = {
      ...{ model: "shop", source: "data.people", target: "picks", k: 5, layout: "lists" },
      ...{ strangers: "popularity", maxBadRowShare: 0.01, ...wanted },
    };
    return getBatch(db, (await openBatch(db, person.proof, asked)).id);
  };
  /** One step of it, as its workflow asks for it. */
  const step = (name: Step, batch: BatchRow, signal?: AbortSignal) => {
    const silent = () => {};
    const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
    const workflowExecution = { workflowId: batch.workflow_id, runId: "test" };
    const environment = new MockActivityEnvironment({ workflowExecution }, { logger });
    signal?.addEventListener("abort", () => environment.cancel());
    return environment.run(activities[name], { batchId: batch.id });
  };
  const run = async (batch: BatchRow) => {
    for (const name of STEPS) await step(name, batch);
    return getBatch(db, batch.id);
  };
  return {
    ...{ database, db, folder, batchFolder, artifacts, worker, person },
    goLive,
    addTable,
    open,
    step,
    run,
  };
}
