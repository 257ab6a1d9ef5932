import { MockActivityEnvironment } from "@temporalio/testing";
import { type Kysely, type RawBuilder, sql } from "kysely";
import { deployActivities } from "../../activities/deploy.ts";
import { addSteps } from "../../db/steps.ts";
import type { Tables } from "../../db/tables.ts";
import { registerVersion } from "../../db/versions.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { leaveReport, type ReviewedRun } from "../support/reviewed-run.ts";
import type { TestServer } from "../support/server-at.ts";
import { addOpenReview, storeModels } from "../support/shop.ts";
import type { FaultRow } from "./row.ts";

interface Swap {
  /** What is done between the look and the click; as a superuser, whom nothing stops. */
  swap(db: Kysely<Tables>, run: ReviewedRun): Promise<unknown>;
  /** Whether the click is refused already; else the deployment must be. */
  at: "click" | "deployment";
}

const SWAPS: Record<string, Swap> = {
  "the review points to another release": {
    at: "click",
    swap: async (db, run) => {
      const other = await addOpenReview(db, { model: run.model });
      await db
        .updateTable("review")
        .set({ release_digest: other.releaseDigest, state: "open", ended_at: null, superseded_by: null })
        .where("run_id", "=", run.runId)
        .execute();
    },
  },
  "the review points to another report": {
    at: "click",
    swap: async (db, run) => {
      const other = await addOpenReview(db, { model: "elsewhere" });
      await db
        .updateTable("review")
        .set({ report_digest: other.reportDigest })
        .where("run_id", "=", run.runId)
        .execute();
    },
  },
  "a newer run takes its place": {
    at: "click",
    swap: (db, run) => addOpenReview(db, { model: run.model }),
  },
  "the release's artifact is another, under the same digest": {
    at: "deployment",
    swap: (db, run) =>
      tamper(
        db,
        sql`update release set body = jsonb_set(body, '{artifactDigest}', to_jsonb(repeat('0', 64)))
        where digest = ${run.releaseDigest}`,
      ),
  },
  "the report's figures are others, under the same digest": {
    at: "deployment",
    swap: (db, run) =>
      tamper(
        db,
        sql`update qa_report set body = jsonb_set(body, '{headline}', '"all is well"')
        where digest = ${run.reportDigest}`,
      ),
  },
  "the definition asks for other things, under the same digest": {
    at: "deployment",
    swap: (db, run) =>
      tamper(
        db,
        sql`update definition set body = jsonb_set(body::jsonb, '{review,expiresAfter}', '"9 d"')::json
        where digest = (select definition_digest from run where id = ${run.runId})`,
      ),
  },
};

/** What is signed is swapped between the look at the page and the click. */
export const s11: FaultRow = {
  id: "S-11",
  title: "Artifact, report or rules are swapped between the look and the click",
  bound: "409, or nothing goes live",
  counts: { quick: 30, full: 100 },
  async run(context) {
    const database = await context.database();
    const server = await context.server(database);
    const artifacts = await storeModels(server.artifacts, "s11");
    const failures: string[] = [];
    const kinds = Object.entries(SWAPS);
    for (let trial = 0; trial < context.n; trial++) {
      const [what, { swap, at }] = kinds[trial % kinds.length] as [string, Swap];
      const run = await addOpenReview(database.db, { model: `m${trial}`, artifacts });
      const { status, isLive } = await lookSwapAndClick(server, run, () => swap(database.db, run));
      if (isLive || (at === "click" ? status !== 409 : status !== 201))
        failures.push(
          `${what}: the click was answered with ${status}, and ${isLive ? "it" : "nothing"} went live`,
        );
    }
    const untouched = await addOpenReview(database.db, { model: "untouched", artifacts });
    const control = await lookSwapAndClick(server, untouched, async () => {});
    if (control.status !== 201 || !control.isLive) failures.push("what nobody swapped didn't go live either");
    return { n: context.n, failures };
  },
};

async function lookSwapAndClick(server: TestServer, run: ReviewedRun, swap: () => Promise<unknown>) {
  const { database } = server.operations;
  const headers = await server.asPage("reviewer");
  const url = `/api/runs/${run.runId}`;
  const { releaseDigest, reportDigest } = (await server.app.inject({ url: `${url}/review`, headers })).json();
  await swap();
  const { statusCode } = await server.app.inject({
    method: "POST",
    url: `${url}/decisions`,
    headers,
    payload: { verdict: "approve", releaseDigest, reportDigest },
  });
  if (statusCode === 201) await deployAsWorker(server, run);
  const live = await database.db
    .selectFrom("live")
    .select("version")
    .where("model", "=", run.model)
    .execute();
  return { status: statusCode, isLive: live.length > 0 };
}

/** The last steps of the run, as a worker takes them; whatever refuses leaves the run to a person. */
async function deployAsWorker(server: TestServer, run: ReviewedRun): Promise<void> {
  const { database } = server.operations;
  const { db } = database;
  await addSteps(db, run.runId, [
    { name: "qa", kind: "qa", after: [], skippable: false },
    { name: "deploy", kind: "deploy", after: [], skippable: false },
  ]);
  await leaveReport(db, run, "pass");
  const version = await registerVersion(db, run.runId);
  const context = { database, ingest: database, artifacts: new ArtifactStore(server.artifactsFolder) };
  const { flipLive } = deployActivities(context);
  await new MockActivityEnvironment().run(flipLive, { runId: run.runId, version }).catch((error: Error) => {
    if (error.name !== "BrokenPromise") throw error;
  });
}

/** As a superuser who switches the triggers off. */
function tamper(db: Kysely<Tables>, change: RawBuilder<unknown>): Promise<unknown> {
  return db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    await change.execute(trx);
  });
}
