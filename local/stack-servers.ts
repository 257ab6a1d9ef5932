import { join } from "node:path";
import { createDatabase } from "../db/create-database.ts";
import type { Ports } from "./ports.ts";
import { startPostgres } from "./postgres.ts";
import { keepHistories } from "./retention.ts";
import type { Starting } from "./starting.ts";
import { startTemporal } from "./temporal.ts";
import { findTemporalCommand } from "./temporal-command.ts";

const DATABASE = "holt";

/** Connection string of Holt's database: DATABASE_URL, else on a PostgreSQL that is started. */
export async function ensurePostgres(starting: Starting, ports: Ports): Promise<string> {
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

/** Where Temporal is: TEMPORAL_ADDRESS, else one that is started. */
export async function ensureTemporal(
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
  await keepHistories(server.address);
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
