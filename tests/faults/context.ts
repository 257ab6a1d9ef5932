import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabaseAt, takeNamespaceAt } from "../support/database-at.ts";
import { openStageAt } from "../support/open-stage.ts";
import { openServerAt } from "../support/server-at.ts";
import type { Servers } from "../support/servers.ts";
import { Random } from "./random.ts";
import type { FaultContext, FaultResult, FaultRow } from "./row.ts";

/** Runs one row on these servers and closes all that it opened, also when it throws. */
export async function runRow(
  row: FaultRow,
  of: { n: number; seed: number; servers: Omit<Servers, "stop"> },
): Promise<FaultResult> {
  const ends: (() => Promise<unknown> | unknown)[] = [];
  try {
    const { n, failures } = await row.run(makeContext(of, (end) => ends.push(end)));
    // What wasn't tried did not hold.
    const missing = n < of.n ? [`only ${n} of ${of.n} trials were done`] : [];
    return { n, failures: [...failures, ...missing] };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

function makeContext(
  { n, seed, servers }: Parameters<typeof runRow>[1],
  cleanUp: FaultContext["cleanUp"],
): FaultContext {
  const { postgresUrl, temporalAddress, temporalFile } = servers;
  return {
    ...{ n, seed, postgresUrl, temporalAddress, temporalFile, cleanUp },
    random: new Random(seed),
    async database() {
      const database = await createDatabaseAt(postgresUrl);
      cleanUp(database.close);
      return database;
    },
    async stage() {
      const stage = await openStageAt({
        database: await createDatabaseAt(postgresUrl),
        temporalAddress,
        namespace: await takeNamespaceAt(postgresUrl),
      });
      cleanUp(stage.close);
      return stage;
    },
    server: (database, options) => openServerAt(database, cleanUp, options),
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), "holt-fault-"));
      cleanUp(() => rm(folder, { recursive: true, force: true }));
      return folder;
    },
  };
}
