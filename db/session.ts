import type { PoolClient } from "pg";
import type { Database } from "./connection.ts";

/**
 * One connection for work that kysely has no words for. When `signal` is aborted its session ends, whatever it does,
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
    const result = await work(client);
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
