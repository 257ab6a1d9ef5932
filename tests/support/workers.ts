import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NativeConnection } from "@temporalio/worker";
import { pino } from "pino";
import { type Database, openDatabase } from "../../db/connection.ts";
import { readStaticRoot } from "../../store/published-folder.ts";
import { workflowBundle } from "../../workers/bundle.ts";
import { quietTemporal } from "../../workers/log.ts";
import { publishStaticFiles } from "../../workers/static-publisher.ts";
import { createWorkers } from "../../workers/workers.ts";
import { asLogin } from "./logins.ts";
import { machine } from "./machine.ts";
import type { Stage } from "./open-stage.ts";

const WORKER = fileURLToPath(new URL("../../workers/worker.ts", import.meta.url));

// Failed activities are what tests are about; files of one process share modules, so this happens once.
quietTemporal();

/**
 * The stage's workers inside the test's process, with the rights of a worker's; the returned function ends them.
 * @param staticFolder keeps the files of static models right below it, as a worker's process does
 */
export async function startWorkers(
  stage: WorkerSurroundings & Pick<Stage, "artifacts">,
  { staticFolder, ...options }: { maxCachedWorkflows?: number; build?: string; staticFolder?: string } = {},
): Promise<() => Promise<void>> {
  const connection = await NativeConnection.connect({ address: stage.temporalAddress });
  const [database, ingest] = (["worker", "ingest"] as const).map((login) =>
    openDatabase(asLogin(stage.database.url, login), { applicationName: `holt-test-${login}` }),
  ) as [Database, Database];
  const context = {
    ...{ database, ingest, artifacts: stage.artifacts, batchFolder: batchFolderOf(stage) },
    ...(staticFolder && { staticRoot: readStaticRoot("", { HOLT_STATIC_FOLDER: staticFolder }) }),
  };
  const log = pino({ level: "silent" });
  const bundle = await workflowBundle();
  const workers = await createWorkers({
    ...{ connection, namespace: stage.namespace, context, bundle, log },
    ...options,
  });
  const running = Promise.all(workers.map((worker) => worker.run()));
  const ending = new AbortController();
  const publishing = staticFolder && publishStaticFiles(context, { log, signal: ending.signal });
  return async () => {
    ending.abort();
    for (const worker of workers) worker.shutdown();
    await Promise.all([running, publishing]);
    await connection.close();
    await Promise.all([database.close(), ingest.close()]);
  };
}

/** A worker process of the stage, as it runs in earnest. */
export interface WorkerProcess {
  pid: number;
  /** Resolves with the first line of its log that has these fields. */
  says(fields: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it has ended; resolves with its exit code. */
  stop(): Promise<number | null>;
}

export type WorkerSurroundings = Pick<Stage, "temporalAddress" | "namespace" | "artifactsFolder"> & {
  database: { url: string };
};

/**
 * @param failpoints points of store/failpoint.ts where it stops and waits to be killed
 * @param more of its environment
 */
export function spawnWorker(
  stage: WorkerSurroundings,
  failpoints: readonly string[] = [],
  more: Record<string, string> = {},
): WorkerProcess {
  const child = spawn(process.execPath, [WORKER], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...machine(),
      DATABASE_URL: asLogin(stage.database.url, "worker"),
      HOLT_INGEST_DATABASE_URL: asLogin(stage.database.url, "ingest"),
      TEMPORAL_ADDRESS: stage.temporalAddress,
      TEMPORAL_NAMESPACE: stage.namespace,
      HOLT_ARTIFACTS: stage.artifactsFolder,
      HOLT_BATCH_FOLDER: batchFolderOf(stage),
      HOLT_FAILPOINTS: failpoints.join(","),
      ...more,
    },
  });
  const log = readLog(child);
  if (child.pid === undefined) throw new Error("the worker process did not start");
  return {
    pid: child.pid,
    says: log.says,
    kill: () => endWith(child, "SIGKILL").then(() => undefined),
    stop: () => endWith(child, "SIGTERM"),
  };
}

function batchFolderOf({ artifactsFolder }: WorkerSurroundings): string {
  return join(artifactsFolder, "..", "batches");
}

function readLog(child: ChildProcess): Pick<WorkerProcess, "says"> {
  const lines: Record<string, unknown>[] = [];
  const waiting = new Set<() => void>();
  let ended: Error | undefined;
  let errors = "";
  const changed = () => {
    for (const look of waiting) look();
  };
  if (child.stdout)
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) lines.push(JSON.parse(line) as Record<string, unknown>);
      changed();
    });
  child.stderr?.on("data", (chunk) => (errors = (errors + chunk).slice(-4_000)));
  child.on("exit", (code, signal) => {
    ended = new Error(`the worker process ended (${code ?? signal}): ${errors}`);
    changed();
  });
  const says: WorkerProcess["says"] = (fields) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = lines.find((line) =>
          Object.entries(fields).every(([key, value]) => line[key] === value),
        );
        if (!found && !ended) return;
        waiting.delete(look);
        if (found) resolve(found);
        else reject(ended);
      };
      waiting.add(look);
      look();
    });
  return { says };
}

async function endWith(child: ChildProcess, signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}
