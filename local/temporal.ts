import { readFile, rm, writeFile } from "node:fs/promises";
import { Connection } from "@temporalio/client";
import { endLeftover } from "./leftover.ts";
import { lastWords, readTail } from "./log-tail.ts";
import { spawnTethered } from "./tethered.ts";
import { untilAnswers } from "./until-answers.ts";

export interface LocalTemporal {
  address: string;
  /** Where a person opens Temporal's pages; undefined when started without them. */
  uiUrl: string | undefined;
  pid: number;
  logFile: string;
  /** Settles when it has ended, in words. */
  ended: Promise<string>;
  stop(): Promise<void>;
}

export interface TemporalSettings {
  /** The `temporal` command. */
  command: string;
  /** SQLite file that keeps its state. */
  databaseFile: string;
  port: number;
  uiPort?: number;
  /** Made at the start, beside `default`. */
  namespaces?: readonly string[];
  /** `<databaseFile>.log` when left out. */
  logFile?: string;
  /** Gives the start up. */
  signal?: AbortSignal;
}

/**
 * For one machine: a task queue in one part instead of four, since each part of each namespace is asked for work all the
 * time, and memory that is collected less often. 97 namespaces at rest cost 3 % of a core by these, instead of 17.
 */
const PARTITIONS = ["matching.numTaskqueueReadPartitions", "matching.numTaskqueueWritePartitions"];
const GARBAGE_COLLECTION = { GOGC: "400" };

/**
 * Starts Temporal's development server on loopback, its state in a file, and waits until it answers. It ends with this
 * process, however that ends; one that was left on the same file is ended first.
 */
export async function startTemporal(settings: TemporalSettings): Promise<LocalTemporal> {
  const pidFile = `${settings.databaseFile}.pid`;
  const left = Number(await readFile(pidFile, "utf8").catch(() => ""));
  if (left > 0) await endLeftover(left, settings.databaseFile, "SIGTERM");
  const logFile = settings.logFile ?? `${settings.databaseFile}.log`;
  const server = await spawnTethered(settings.command, argumentsFor(settings), {
    logFile,
    signal: settings.signal,
    spawn: { env: { ...GARBAGE_COLLECTION, ...process.env } },
  });
  await writeFile(pidFile, String(server.pid));
  const address = `127.0.0.1:${settings.port}`;
  const why = await untilAnswers(() => answers(address), server.ended);
  if (why !== undefined) {
    await server.stop();
    const words = lastWords(await readTail(logFile));
    throw new Error(
      `Temporal: could not start on port ${settings.port} (${why}): ${words}; see "${logFile}"`,
    );
  }
  return {
    address,
    uiUrl: settings.uiPort === undefined ? undefined : `http://127.0.0.1:${settings.uiPort}`,
    pid: server.pid,
    logFile,
    ended: server.ended,
    async stop() {
      await server.stop();
      await rm(pidFile, { force: true });
    },
  };
}

function argumentsFor({ databaseFile, port, uiPort, namespaces = [] }: TemporalSettings): string[] {
  return [
    ...["server", "start-dev", "--ip", "127.0.0.1", "--port", String(port), "--db-filename", databaseFile],
    ...["--log-level", "error", ...(uiPort === undefined ? ["--headless"] : ["--ui-port", String(uiPort)])],
    ...namespaces.flatMap((namespace) => ["--namespace", namespace]),
    ...PARTITIONS.flatMap((name) => ["--dynamic-config-value", `${name}=1`]),
    // What was acknowledged must survive a killed process and a lost machine.
    ...["--sqlite-pragma", "synchronous=full"],
  ];
}

async function answers(address: string): Promise<boolean> {
  const connection = Connection.lazy({ address, connectTimeout: "1 s" });
  try {
    await connection.ensureConnected();
    await connection.workflowService.describeNamespace({ namespace: "default" });
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}
