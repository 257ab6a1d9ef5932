/** The worker process: `node workers/worker.ts`. Settings come from the environment; SIGTERM ends it in good order. */
import { setTimeout as sleep } from "node:timers/promises";
import { NativeConnection, Runtime } from "@temporalio/worker";
import { readSourceFolders } from "../activities/csv/source-folders.ts";
import { openDatabase } from "../db/connection.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { readStaticRoot } from "../store/published-folder.ts";
import { readSettings } from "../store/settings.ts";
import { findBuild } from "./build.ts";
import { workflowBundle } from "./bundle.ts";
import { archiveHistories } from "./history-archive.ts";
import { openLog, temporalLog } from "./log.ts";
import { relayNotices } from "./notice-relay.ts";
import { assertProduction } from "./production.ts";
import { publishStaticFiles } from "./static-publisher.ts";
import { createWorkers } from "./workers.ts";

/** Between attempts to reach Temporal. */
const TRY_AGAIN_MS = 1_000;

const log = openLog("holt-worker");
const settings = readSettings();
Runtime.install({ logger: temporalLog(log), shutdownSignals: [] });
const stopping = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stopping.abort());

const database = openDatabase(settings.databaseUrl, {
  applicationName: "holt-worker",
  maxConnections: 12,
  onLostConnection: (err) => log.warn({ err }, "a database connection was lost"),
});
if (!settings.ingestDatabaseUrl)
  log.warn(
    "HOLT_INGEST_DATABASE_URL: is not set, so SQL and commands of definitions have all of the worker's rights",
  );
const ingest = settings.ingestDatabaseUrl
  ? openDatabase(settings.ingestDatabaseUrl, {
      applicationName: "holt-ingest",
      onLostConnection: (err) => log.warn({ err }, "a database connection was lost"),
    })
  : database;
await assertProduction(process.env, { settings, database, ingest });
const context = {
  ...{ database, ingest, artifacts: new ArtifactStore(settings.artifactsFolder) },
  sourceFolders: readSourceFolders(),
  batchFolder: settings.batchFolder,
  staticRoot: readStaticRoot(settings.home),
};
const bundle = await workflowBundle();
const build = await findBuild();
const beside = [
  archiveHistories(context, settings, { log, signal: stopping.signal }),
  relayNotices(context, { log, signal: stopping.signal }),
  publishStaticFiles(context, { log, signal: stopping.signal }),
];

while (!stopping.signal.aborted) {
  try {
    await work();
  } catch (err) {
    log.warn({ err, temporal: settings.temporalAddress }, "Temporal could not be reached; trying again");
    await sleep(TRY_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
  }
}
await Promise.all(beside);
await Promise.all([database.close(), ingest === database ? undefined : ingest.close()]);
log.info("the worker has ended");

/** Works until SIGTERM; @throws when Temporal isn't there, or one of the workers broke */
async function work(): Promise<void> {
  const connection = await NativeConnection.connect({ address: settings.temporalAddress });
  try {
    const workers = await createWorkers({
      connection,
      namespace: settings.temporalNamespace,
      context,
      bundle,
      log,
      build,
    });
    const shutDown = () => {
      for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
    };
    stopping.signal.addEventListener("abort", shutDown, { once: true });
    const running = workers.map((worker) => worker.run());
    log.info({ ready: true, build, temporal: settings.temporalAddress }, "the worker is ready");
    if (stopping.signal.aborted) shutDown();
    try {
      await Promise.all(running);
    } finally {
      stopping.signal.removeEventListener("abort", shutDown);
      shutDown();
      await Promise.allSettled(running);
    }
  } finally {
    await connection.close();
  }
}
