import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import { openDatabase } from "../../db/connection.ts";
import { migrate } from "../../db/migrate.ts";
import { type LocalPostgres, startPostgres } from "../../local/postgres.ts";
import { type LocalTemporal, startTemporal } from "../../local/temporal.ts";
import { findTemporalCommand } from "../../local/temporal-command.ts";
import { setTestPasswords } from "./logins.ts";
import { openStageAt, type Stage } from "./open-stage.ts";

/** A stage on a PostgreSQL and a Temporal server of its own, which a test may kill. */
export interface StageWithServers extends Stage {
  /** kill -9 of one of the two. */
  killServer(server: "PostgreSQL" | "Temporal"): Promise<void>;
  /** Starts what was killed on the data and the port that it had. */
  restartServer(server: "PostgreSQL" | "Temporal"): Promise<void>;
}

export async function openStageWithServers(): Promise<StageWithServers> {
  const folder = await mkdtemp(join(tmpdir(), "holt-servers-"));
  await chmod(folder, 0o755); // as root, PostgreSQL runs as a user of its own, who must get in
  const [postgresPort, temporalPort] = [await getPort(), await getPort()];
  const command = await findTemporalCommand();
  const startPostgresAgain = () => startPostgres({ folder: join(folder, "postgres"), port: postgresPort });
  const startTemporalAgain = () =>
    startTemporal({ command, databaseFile: join(folder, "temporal.db"), port: temporalPort });
  let [postgres, temporal]: [LocalPostgres, LocalTemporal] = [
    await startPostgresAgain(),
    await startTemporalAgain(),
  ];
  const database = { ...openDatabase(postgres.url, { applicationName: "holt-test" }), url: postgres.url };
  await migrate(database.db);
  await setTestPasswords(database, postgres.url);
  const stage = await openStageAt({
    database,
    temporalAddress: temporal.address,
    namespace: "default",
  });
  return {
    ...stage,
    async killServer(server) {
      const { pid, ended } = server === "Temporal" ? temporal : postgres;
      process.kill(pid, "SIGKILL");
      await ended;
    },
    async restartServer(server) {
      if (server === "Temporal") temporal = await startTemporalAgain();
      else postgres = await startPostgresAgain();
    },
    async close() {
      await stage.close();
      await Promise.all([postgres.stop(), temporal.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
