/** PostgreSQL, Temporal, worker and server on one machine, each a process of its own. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Settings } from "../store/settings.ts";
import { prepareDatabase } from "./database.ts";
import { lockHome } from "./home-lock.ts";
import type { LocalPeople } from "./people.ts";
import { choosePorts } from "./ports.ts";
import { writeStackFile } from "./stack-file.ts";
import { startParts } from "./stack-parts.ts";
import { ensurePostgres, ensureTemporal } from "./stack-servers.ts";
import { type Starting, settleAll } from "./starting.ts";
import { Undo } from "./undo.ts";

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
  const starting: Starting = {
    env,
    home,
    logFolder,
    signal,
    onNews,
    undo,
    lose: () => {},
    running: {},
  };
  const lost = new Promise<never>((_, reject) => {
    starting.lose = reject;
  });
  lost.catch(() => {});
  try {
    undo.add(await lockHome(home));
    const ports = await choosePorts(home);
    const [ownerUrl, temporal] = await settleAll([
      ensurePostgres(starting, ports),
      ensureTemporal(starting, ports),
    ]);
    const serverUrl = `http://127.0.0.1:${ports.server}`;
    const { people, logins } = await prepareDatabase(ownerUrl, { home, env });
    const databaseUrl = logins.server;
    const settings: Settings = {
      home,
      databaseUrl,
      ingestDatabaseUrl: undefined,
      signInDatabaseUrl: undefined,
      temporalAddress: temporal.address,
      temporalNamespace: env["TEMPORAL_NAMESPACE"] ?? "default",
      temporalUiUrl: temporal.uiUrl,
      artifactsFolder: env["HOLT_ARTIFACTS"] ?? join(home, "artifacts"),
      batchFolder: env["HOLT_BATCH_FOLDER"] ?? join(home, "batches"),
      spoolFolder: env["HOLT_SPOOL_FOLDER"] ?? join(home, "spool"),
      serverUrl,
      token: people.admin.proof.reveal(),
    };
    await startParts(starting, settings, { ports, logins });
    undo.add(
      await writeStackFile(home, {
        databaseUrl,
        temporalAddress: temporal.address,
        ...(temporal.uiUrl ? { temporalUiUrl: temporal.uiUrl } : {}),
        serverUrl,
        tokens: Object.fromEntries(Object.values(people).map(({ name, proof }) => [name, proof.reveal()])),
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
