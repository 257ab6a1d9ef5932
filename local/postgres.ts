import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import pg from "pg";
import { endLeftover } from "./leftover.ts";
import { lastWords, readTail } from "./log-tail.ts";
import {
  findPostgresBinaries,
  makeSystemFolder,
  type PostgresBinaries,
  SYSTEM_FOLDER,
} from "./postgres-binaries.ts";
import { ensurePassword, initialise } from "./postgres-data.ts";
import { type Account, canEnter, findPostgresUser } from "./postgres-user.ts";
import { spawnTethered, type Tethered } from "./tethered.ts";
import { untilAnswers } from "./until-answers.ts";

/** After a killed server its last processes hold its shared memory for a moment. */
const STARTS = 40;
const START_AGAIN_MS = 250;

export interface LocalPostgres {
  /** Connection string of the superuser on the database `postgres`. */
  url: string;
  pid: number;
  /** Where its data is: the folder asked for, or another when its user could not enter that one. */
  folder: string;
  logFile: string;
  /** Settles when it has ended, in words. */
  ended: Promise<string>;
  /** Ends the server; what was committed stays. */
  stop(): Promise<void>;
}

export interface PostgresSettings {
  folder: string;
  port: number;
  /** `<folder>.log` when left out. */
  logFile?: string;
  /** Settings of the server beside its defaults, as in `{ fsync: "off" }`. */
  parameters?: Record<string, string>;
  /** Gives the start up. */
  signal?: AbortSignal;
}

/**
 * Starts a real PostgreSQL on loopback with its data in `folder`, which is made at the first start. It ends with this
 * process, however that ends; one that was left on the same data is ended first.
 */
export async function startPostgres(settings: PostgresSettings): Promise<LocalPostgres> {
  const account = await findPostgresUser();
  const wanted = resolve(settings.folder);
  await mkdir(dirname(wanted), { recursive: true });
  const folder = await enterable(account, wanted);
  const logFile = settings.logFile ?? `${wanted}.log`;
  const binaries = await findPostgresBinaries(account);
  const password = await ensurePassword(`${wanted}.password`);
  await endLeftoverServer(folder);
  if (!existsSync(join(folder, "PG_VERSION")))
    await initialise({ binaries, account, folder, password, logFile });
  const url = `postgresql://holt:${password}@127.0.0.1:${settings.port}/postgres`;
  const server = await start({ ...settings, folder, logFile }, binaries, account, url);
  return { url, folder, logFile, pid: server.pid, ended: server.ended, stop: server.stop };
}

async function start(
  { folder, port, logFile, parameters = {}, signal }: PostgresSettings & { logFile: string },
  binaries: PostgresBinaries,
  account: Account | undefined,
  url: string,
): Promise<Tethered> {
  const values = { listen_addresses: "127.0.0.1", unix_socket_directories: "", ...parameters };
  const flags = Object.entries(values).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  for (let left = STARTS; ; left--) {
    const server = await spawnTethered(binaries.postgres, ["-D", folder, "-p", String(port), ...flags], {
      logFile,
      stopSignal: "SIGINT", // a fast shutdown: it ends the sessions and writes a checkpoint
      signal,
      spawn: { cwd: "/", env: { ...process.env, LC_ALL: "C" }, ...account },
    });
    const why = await untilAnswers(() => answers(url), server.ended);
    if (why === undefined) return server;
    const words = await readTail(logFile);
    const isHeldYet = /still in use|postmaster.pid" already exists/.test(words.slice(-1_000));
    if (!isHeldYet || left === 0 || signal?.aborted)
      throw new Error(
        `PostgreSQL: could not start in "${folder}" on port ${port} (${why}): ${lastWords(words)}; see "${logFile}"`,
      );
    await new Promise((resolve) => setTimeout(resolve, START_AGAIN_MS));
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * The folder itself, or one of root's that the user `postgres` can enter. Which one is kept in `<folder>.location`, so
 * that a home that was removed begins anew.
 */
async function enterable(account: Account | undefined, folder: string): Promise<string> {
  if (!account || (await canEnter(account, dirname(folder)))) return folder;
  const file = `${folder}.location`;
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept) return kept;
  await makeSystemFolder();
  const elsewhere = join(SYSTEM_FOLDER, `postgres-${randomUUID()}`);
  await writeFile(file, elsewhere);
  return elsewhere;
}

async function endLeftoverServer(folder: string): Promise<void> {
  const file = await readFile(join(folder, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(file.split("\n")[0]);
  if (pid > 0) await endLeftover(pid, folder, "SIGINT");
}
