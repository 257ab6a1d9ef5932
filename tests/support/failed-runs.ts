import { type TestDatabase, testDatabase } from "./database.ts";
import { envOf, type HoltEnv } from "./holt.ts";
import { addOpenReview } from "./shop.ts";

/** Runs of two models whose ingest waits for a person. */
export interface FailedRuns {
  database: TestDatabase;
  /** Of the deployer erin. */
  env: HoltEnv;
  first: string;
  second: string;
  /** Its last attempt began two days ago. */
  old: string;
  /** Of another model. */
  kiosk: string;
}

export async function openFailedRuns(): Promise<FailedRuns> {
  const database = await testDatabase();
  const { db } = database;
  const [old, first, second] = [await addOpenReview(db), await addOpenReview(db), await addOpenReview(db)];
  const kiosk = await addOpenReview(db, { model: "kiosk" });
  await db
    .updateTable("step")
    .set({ state: "needs_attention", round: 1, started_at: new Date(), error_message: "sales.csv: is empty" })
    .where("name", "=", "ingest:sales")
    .execute();
  await db
    .updateTable("step")
    .set({ started_at: new Date(Date.now() - 2 * 86_400_000) })
    .where("run_id", "=", old.runId)
    .execute();
  const runs = { old: old.runId, first: first.runId, second: second.runId, kiosk: kiosk.runId };
  return { database, env: await envOf(database, "deployer", "erin"), ...runs };
}
