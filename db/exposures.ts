/** Exposures and outcomes, from a spool into their tables. Both are only added; a day that is old goes as a whole. */
import { sql } from "kysely";
import pg, { type PoolClient } from "pg";
import { timeOf } from "../store/timed-id.ts";
import type { Database } from "./connection.ts";
import { copyIn } from "./copy.ts";
import { EXPOSURE_COLUMNS, OUTCOME_COLUMNS } from "./exposure-lines.ts";
import { withRefusals } from "./refusals.ts";
import { inTransaction } from "./session.ts";

/** Lines of COPY by what they are, with their line breaks (exposure-lines.ts). */
export interface SpooledLines {
  exposure: readonly Buffer[];
  outcome: readonly Buffer[];
}
export type SpooledKind = keyof SpooledLines;

const COLUMNS: Record<SpooledKind, string> = { exposure: EXPOSURE_COLUMNS, outcome: OUTCOME_COLUMNS };
/** Lines of one write to PostgreSQL. */
const LINES_A_WRITE = 500;
/** A segment takes a second. On a connection from which nothing comes any more, it would wait for the network's own limit. */
const LONGEST_MS = 60_000;
/** Of a UUID. */
const ID_LENGTH = 36;
const DAY_MS = 86_400_000;

/**
 * Stores lines of one kind in one transaction; those whose id is there already are left out, so the same again changes
 * nothing. Several servers may do so at once.
 */
export async function storeSpooled(
  { pool }: Pick<Database, "pool">,
  kind: SpooledKind,
  lines: readonly Buffer[],
): Promise<void> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    const storing = inTransaction(client, () => storeLines(client, kind, lines));
    storing.catch(() => {}); // it ends with the connection, should nobody wait any more
    await inTime(storing);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(failure);
  }
}

/** Whether PostgreSQL will never take what it was given, however often it is tried. */
export function isUnstorable(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(22|23|HT400)/.test(error.code ?? "");
}

/** Removes the days before the last `keepDays`, and their outcomes; how many days. @throws {InvalidInput} fewer than 7 */
export async function dropOldExposures({ db }: Pick<Database, "db">, keepDays: number): Promise<number> {
  const { rows } = await withRefusals(() =>
    sql<{ dropped: number }>`select drop_exposures(${keepDays}) as dropped`.execute(db),
  );
  return rows[0]?.dropped ?? 0;
}

async function storeLines(client: PoolClient, kind: SpooledKind, lines: readonly Buffer[]): Promise<void> {
  // Whatever the server's default is: the spool forgets what is committed.
  await client.query("set local synchronous_commit = on");
  if (kind === "exposure") await client.query("select add_exposure_days($1)", [daysOf(lines)]);
  await copyIn(client, `copy ${kind}_arrival (${COLUMNS[kind]}) from stdin`, writes(inOrder(lines, kind)));
}

/** By id, so that two servers that store some of the same do not wait for each other; of one id, as they came. */
function inOrder(lines: readonly Buffer[], kind: SpooledKind): Buffer[] {
  const keyed = lines.map((line) => ({ line, key: line.toString("latin1", 0, idEnd(line, kind)) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  return keyed.map(({ line }) => line);
}

/** An exposure's line begins with its id, an outcome's with who told of it and its id. */
function idEnd(line: Buffer, kind: SpooledKind): number {
  return kind === "exposure" ? ID_LENGTH : line.indexOf("\t", ID_LENGTH + 1);
}

/** The days (UTC) of these exposures, as PostgreSQL writes them. What is no id, COPY refuses. */
function daysOf(lines: readonly Buffer[]): string[] {
  const times = lines.map((line) => timeOf(line.toString("latin1", 0, ID_LENGTH))).filter(Number.isFinite);
  const days = new Set(times.map((time) => Math.floor(time / DAY_MS)));
  return [...days].map((day) => new Date(day * DAY_MS).toISOString().split("T")[0] as string);
}

async function* writes(lines: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (let at = 0; at < lines.length; at += LINES_A_WRITE)
    yield Buffer.concat(lines.slice(at, at + LINES_A_WRITE));
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const words = `PostgreSQL: stored nothing within ${LONGEST_MS / 1_000} s; look at its load and locks`;
      reject(Object.assign(new Error(words), { code: "ETIMEDOUT" }));
    }, LONGEST_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
