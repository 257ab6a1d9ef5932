import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabaseAt, takeNamespaceAt } from "../support/database-at.ts";
import { openStageAt } from "../support/open-stage.ts";
import { openServerAt } from "../support/server-at.ts";
import type { Servers } from "../support/servers.ts";
import { Random } from "./random.ts";
import type { FaultContext, FaultResult, FaultRow } from "./row.ts";

/** The longest row takes half an hour on a machine that does other things too. */
const LONGEST_ROW_MS = 90 * 60_000;
/** Whatever is still open after this will never close. */
const LONGEST_END_MS = 60_000;

interface RowOn {
  n: number;
  seed: number;
  servers: Omit<Servers, "stop">;
  longestRowMs?: number;
  longestEndMs?: number;
}

/**
 * Runs one row on these servers and closes all that it opened. Always ends: a row that breaks or never ends, and what
 * cannot be closed, are failures, and the rest is closed all the same.
 */
export async function runRow(row: FaultRow, on: RowOn): Promise<FaultResult> {
  const ends: (() => Promise<unknown> | unknown)[] = [];
  const failures: string[] = [];
  let figures: FaultResult["figures"];
  let n = 0;
  try {
    const work = row.run(makeContext(on, (end) => ends.push(end)));
    const result = await inTime(work, on.longestRowMs ?? LONGEST_ROW_MS);
    ({ n, figures } = result);
    failures.push(...result.failures);
    // What wasn't tried did not hold.
    if (n < on.n) failures.push(`only ${n} of ${on.n} trials were done`);
  } catch (error) {
    failures.push(`the row itself broke: ${inWords(error)}`);
  }
  for (const end of ends.reverse())
    await inTime(Promise.resolve().then(end), on.longestEndMs ?? LONGEST_END_MS).catch((error: unknown) =>
      failures.push(`something that the row opened could not be closed: ${inWords(error)}`),
    );
  return { n, failures, ...(figures && { figures }) };
}

/** What `work` gives, or an error when that takes longer; `work` goes on, and its end interests nobody. */
async function inTime<T>(work: Promise<T>, longestMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`had not ended after ${longestMs / 1_000} s`)), longestMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\nbecause of ${inWords(error.cause)}`;
  return (error.stack ?? error.message) + cause;
}

function makeContext({ n, seed, servers }: RowOn, cleanUp: FaultContext["cleanUp"]): FaultContext {
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
