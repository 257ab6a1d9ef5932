import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

/** Node's codes for a server that isn't there, and PostgreSQL's for one that goes or comes (classes 08 and 57P). */
const CODES = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|08...|57P0[1-5])$/;
/** What pg says without a code. */
const WORDS =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection/;

const LOOK_AGAIN_MS = 500;

/** Whether an error, or what caused it, says that the database went away rather than that it refused. */
export function isConnectionLost(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if ((typeof code === "string" && CODES.test(code)) || WORDS.test(at.message)) return true;
    if (at instanceof AggregateError && at.errors.some(isConnectionLost)) return true;
  }
  return false;
}

/** Returns once the database answers, however long that takes. @throws the signal's reason when it is aborted */
export async function untilDatabaseAnswers(pool: pg.Pool, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const answers = await pool.query("select 1").then(
      () => true,
      () => false,
    );
    if (answers) return;
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
