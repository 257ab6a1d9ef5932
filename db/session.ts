import type { PoolClient } from "pg";
import pg from "pg";
import type { Database } from "./connection.ts";

/** An attempt of a step has 6 h (workflows/proxies.ts); its statement ends before it, so that the step can say why. */
const LONGEST_STATEMENT = "350min";
/** How soon PostgreSQL notices that the worker behind a statement is gone, and ends it and its locks. */
const LOOK_FOR_WORKER = "10s";
const INVALID_PARAMETER_VALUE = "22023";

/**
 * One connection for work that kysely has no words for: COPY, features, people's own SQL. It may take hours. When `signal` is aborted its session ends, whatever it does,
 * and what it had not committed is gone; the promise is rejected with the signal's reason then, even if all was done.
 */
export async function withSession<T>(
  { pool }: Pick<Database, "pool">,
  signal: AbortSignal,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const client = await pool.connect();
  // Ended, not only cancelled: a cancel that arrives between two statements would go unheard.
  const end = () => {
    const { processID } = client as PoolClient & { processID: number };
    pool.query("select pg_terminate_backend($1)", [processID]).catch(() => {});
  };
  signal.addEventListener("abort", end, { once: true });
  let failure: Error | undefined;
  try {
    signal.throwIfAborted();
    await setLongLimits(client);
    const result = await work(client);
    // A statement of one definition must leave nothing to the next: no setting, and no table under a name of Holt's.
    await client.query("discard all");
    signal.throwIfAborted(); // its session may be ended at any moment now, and nobody else may have it
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", end);
    client.release(failure); // after a failure nobody knows the session's state, so it isn't used again
  }
}

async function setLongLimits(client: PoolClient): Promise<void> {
  await client.query(`set statement_timeout = '${LONGEST_STATEMENT}'`);
  try {
    await client.query(`set client_connection_check_interval = '${LOOK_FOR_WORKER}'`);
  } catch (error) {
    // PostgreSQL on Windows cannot look; such a statement then goes on to its end, or its limit.
    if (!(error instanceof pg.DatabaseError) || error.code !== INVALID_PARAMETER_VALUE) throw error;
  }
}

/** Runs `work` in a transaction of `client`; rolled back when it throws. */
export async function inTransaction<T>(client: PoolClient, work: () => Promise<T>): Promise<T> {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => {}); // the connection may be what failed
    throw error;
  }
}
