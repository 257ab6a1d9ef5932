import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Connection } from "@temporalio/client";

export interface LocalTemporal {
  address: string;
  /** Where a person opens Temporal's pages; undefined when started without them. */
  uiUrl: string | undefined;
  pid: number | undefined;
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
}

/** Starts Temporal's development server on loopback, its state in a file, and waits until it answers. */
export async function startTemporal(settings: TemporalSettings): Promise<LocalTemporal> {
  const child = spawn(settings.command, argumentsFor(settings), { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => (output = (output + chunk).slice(-4_000)));
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(
      `Temporal: "${settings.command}" ended with exit code ${code} at its start: ${output.trim()}`,
    );
  });
  const address = `127.0.0.1:${settings.port}`;
  await Promise.race([ended, untilItAnswers(address)]);
  ended.catch(() => {});
  return {
    address,
    uiUrl: settings.uiPort === undefined ? undefined : `http://127.0.0.1:${settings.uiPort}`,
    pid: child.pid,
    stop: () => end(child),
  };
}

function argumentsFor({ databaseFile, port, uiPort, namespaces = [] }: TemporalSettings): string[] {
  return [
    ...["server", "start-dev", "--ip", "127.0.0.1", "--port", String(port), "--db-filename", databaseFile],
    ...["--log-level", "error", ...(uiPort === undefined ? ["--headless"] : ["--ui-port", String(uiPort)])],
    ...namespaces.flatMap((namespace) => ["--namespace", namespace]),
    // What was acknowledged must survive a killed process and a lost machine.
    ...["--sqlite-pragma", "synchronous=full"],
  ];
}

async function untilItAnswers(address: string): Promise<void> {
  const connection = Connection.lazy({ address, connectTimeout: "60 s" });
  try {
    await connection.ensureConnected();
  } finally {
    await connection.close();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}
