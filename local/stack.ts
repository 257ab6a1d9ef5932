/** PostgreSQL, Temporal, worker and server on one machine, each a process of its own. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createDatabase } from "../db/create-database.ts";
import type { Settings } from "../store/settings.ts";
import { prepareDatabase } from "./database.ts";
import { lockHome } from "./home-lock.ts";
import { type Part, startPart } from "./part.ts";
import type { LocalPeople } from "./people.ts";
import { choosePorts, type Ports } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { writeStackFile } from "./stack-file.ts";
import { startTemporal } from "./temporal.ts";
import { findTemporalCommand } from "./temporal-command.ts";
import { Undo } from "./undo.ts";

const ROOT = join(import.meta.dirname, "..");
const DATABASE = "holt";

export interface Stack {
  settings: Settings;
  people: LocalPeople;
  logFolder: string;
  /** Ids of the processes that run now, by part. */
  pids(): Record<string, number>;
  /** Rejects when a part is lost for good; the error names its log. Never resolves. */
  lost: Promise<never>;
  /** Ends all parts in order. A second call waits for the same end. */
  stop(): Promise<void>;
}

export interface StackSettings {
  /** Folder of all data, such as `.holt`. */
  home: string;
  /** DATABASE_URL and TEMPORAL_ADDRESS name servers that run already; those are used then, and left alone. */
  env?: NodeJS.ProcessEnv;
  /** Gives the start up: what was started is ended, and the start rejects. */
  signal?: AbortSignal;
  /** Told in a few words what is being done, and what happened to a part. */
  onNews?: (words: string) => void;
}

/** Starts all parts and waits until they take work. @throws {Conflict} a local Holt runs in this home already */
export async function startStack(wanted: StackSettings): Promise<Stack> {
  const { env = process.env, onNews = () => {} } = wanted;
  const home = resolve(wanted.home);
  const logFolder = join(home, "logs");
  await mkdir(logFolder, { recursive: true });
  const undo = new Undo();
  // Only the start is given up by it: parts that run are ended in order by `stop`.
  const giveUp = new AbortController();
  const forward = () => giveUp.abort(wanted.signal?.reason);
  wanted.signal?.addEventListener("abort", forward, { once: true });
  if (wanted.signal?.aborted) forward();
  const { signal } = giveUp;
  const starting = {
    env,
    home,
    logFolder,
    signal,
    onNews,
    undo,
    lose: (_: Error) => {},
    running: {} as Running,
  };
  const lost = new Promise<never>((_, reject) => {
    starting.lose = reject;
  });
  lost.catch(() => {});
  try {
    undo.add(await lockHome(home));
    const ports = await choosePorts(home);
    const [databaseUrl, temporal] = await settleAll([
      ensurePostgres(starting, ports),
      ensureTemporal(starting, ports),
    ]);
    const serverUrl = `http://127.0.0.1:${ports.server}`;
    const people = await prepareDatabase(databaseUrl);
    const settings: Settings = {
      home,
      databaseUrl,
      temporalAddress: temporal.address,
      temporalNamespace: env["TEMPORAL_NAMESPACE"] ?? "default",
      temporalUiUrl: temporal.uiUrl,
      artifactsFolder: env["HOLT_ARTIFACTS"] ?? join(home, "artifacts"),
      serverUrl,
      token: people.token,
    };
    await startParts(starting, settings, ports);
    undo.add(
      await writeStackFile(home, {
        databaseUrl,
        temporalAddress: temporal.address,
        ...(temporal.uiUrl ? { temporalUiUrl: temporal.uiUrl } : {}),
        serverUrl,
        token: people.token,
      }),
    );
    signal.throwIfAborted();
    const pids = () =>
      Object.fromEntries(Object.entries(starting.running).map(([name, pid]) => [name, pid()]));
    return { settings, people, logFolder, lost, pids, stop: () => undo.all() };
  } catch (error) {
    await undo.all();
    throw error;
  } finally {
    wanted.signal?.removeEventListener("abort", forward);
  }
}

type Running = Record<string, () => number>;

interface Starting {
  env: NodeJS.ProcessEnv;
  home: string;
  logFolder: string;
  signal: AbortSignal;
  onNews: (words: string) => void;
  undo: Undo;
  lose: (error: Error) => void;
  running: Running;
}

async function ensurePostgres(starting: Starting, ports: Ports): Promise<string> {
  const { env, home, logFolder, signal, onNews, undo } = starting;
  if (env["DATABASE_URL"]) return env["DATABASE_URL"];
  onNews("starting PostgreSQL");
  const folder = join(home, "postgres");
  const logFile = join(logFolder, "postgres.log");
  const server = await startPostgres({ folder, port: ports.postgres, logFile, signal });
  if (server.folder !== folder)
    onNews(`PostgreSQL's data is in "${server.folder}", since its user may not enter "${home}"`);
  watchEnd(starting, "PostgreSQL", server);
  undo.add(server.stop);
  return createDatabase(server.url, DATABASE);
}

async function ensureTemporal(
  starting: Starting,
  ports: Ports,
): Promise<{ address: string; uiUrl: string | undefined }> {
  const { env, home, logFolder, signal, onNews, undo } = starting;
  if (env["TEMPORAL_ADDRESS"])
    return { address: env["TEMPORAL_ADDRESS"], uiUrl: env["HOLT_TEMPORAL_UI_URL"] };
  onNews("starting Temporal");
  const server = await startTemporal({
    command: await findTemporalCommand(),
    databaseFile: join(home, "temporal.db"),
    port: ports.temporal,
    uiPort: ports.temporalUi,
    logFile: join(logFolder, "temporal.log"),
    signal,
  });
  watchEnd(starting, "Temporal", server);
  undo.add(server.stop);
  return server;
}

/** Worker and server are started again when they die; PostgreSQL and Temporal hold state, so a person should look. */
function watchEnd(
  { running, undo, lose }: Starting,
  name: string,
  server: { pid: number; ended: Promise<string>; logFile: string },
): void {
  running[name] = () => server.pid;
  server.ended.then((how) => {
    if (!undo.hasBegun) lose(new Error(`${name}: ended (${how}); see "${server.logFile}" for why`));
  });
}

async function startParts(starting: Starting, settings: Settings, ports: Ports): Promise<void> {
  const { env, home, logFolder, signal, onNews, undo, lose, running } = starting;
  onNews("starting worker and server");
  const partEnv = {
    ...env,
    DATABASE_URL: settings.databaseUrl,
    TEMPORAL_ADDRESS: settings.temporalAddress,
    TEMPORAL_NAMESPACE: settings.temporalNamespace,
    ...(settings.temporalUiUrl ? { HOLT_TEMPORAL_UI_URL: settings.temporalUiUrl } : {}),
    HOLT_HOME: home,
    HOLT_ARTIFACTS: settings.artifactsFolder,
    HOLT_SERVER_URL: settings.serverUrl,
    HOLT_PORT: String(ports.server),
    NODE_COMPILE_CACHE: join(home, "compile-cache"),
  };
  const start = async (name: string, script: string): Promise<Part> => {
    const part = await startPart({
      name,
      script: join(ROOT, script),
      env: partEnv,
      logFile: join(logFolder, `${name}.log`),
      signal,
      onRestart: onNews,
      onLost: lose,
    });
    running[name] = part.pid;
    undo.add(part.stop);
    return part;
  };
  await settleAll([start("worker", "workers/worker.ts"), start("server", "server/server.ts")]);
}

/** Like `Promise.all`, but waits for all of them, so that a failed start knows all that is to be ended. */
async function settleAll<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as unknown as T;
}
