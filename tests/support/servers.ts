import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import pg from "pg";
import { openDatabase } from "../../db/connection.ts";
import { migrate } from "../../db/migrate.ts";
import { startPostgres } from "../../local/postgres.ts";
import { startTemporal } from "../../local/temporal.ts";
import { findTemporalCommand } from "../../local/temporal-command.ts";
import { setTestPasswords } from "./logins.ts";
import { IDLE_NAMESPACE, NAMESPACES, TEMPLATE_DATABASE } from "./names.ts";

export interface Servers {
  /** Of the superuser, on the database `postgres`. */
  postgresUrl: string;
  temporalAddress: string;
  /** SQLite file that keeps Temporal's state. */
  temporalFile: string;
  stop(): Promise<void>;
}

/** Linux's file system in memory, and how much of it a test run may come to need. */
const MEMORY = "/dev/shm";
const ROOM_BYTES = 4 * 2 ** 30;

/** One real PostgreSQL and one real Temporal server, with a migrated database as the template of all others. */
export async function startServers(): Promise<Servers> {
  const folder = await mkdtemp(join(await findFastFolder(), "holt-test-"));
  await chmod(folder, 0o755); // as root, PostgreSQL runs as a user of its own, who must get in
  const temporalFile = join(folder, "temporal.db");
  const postgres = await startPostgres({
    folder: join(folder, "postgres"),
    port: await getPort(),
    // Tests kill the process, not the machine: what the operating system holds survives that.
    parameters: { fsync: "off" },
  });
  const temporal = await startTemporal({
    command: await findTemporalCommand(),
    databaseFile: temporalFile,
    port: await getPort(),
    namespaces: [...NAMESPACES, IDLE_NAMESPACE],
  });
  await makeTemplate(postgres.url);
  return {
    postgresUrl: postgres.url,
    temporalAddress: temporal.address,
    temporalFile,
    async stop() {
      await Promise.all([postgres.stop(), temporal.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/**
 * In memory where there is room: a database is some 700 files, and a test run makes over a thousand of them. On a disk
 * each costs about 100 ms of processor time to make and remove, there 20 to 25.
 */
async function findFastFolder(): Promise<string> {
  const free = await statfs(MEMORY).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0, // not Linux
  );
  return free >= ROOM_BYTES ? MEMORY : tmpdir();
}

async function makeTemplate(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`create database ${TEMPLATE_DATABASE}`);
  await client.end();
  const { db, close } = openDatabase(new URL(TEMPLATE_DATABASE, url).href, {
    applicationName: "holt-test-template",
  });
  await migrate(db);
  await setTestPasswords({ db }, url);
  await close();
}
