import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Tables } from "./tables.ts";

const INT8_OID = 20;

/**
 * Limits of every session, in milliseconds: a statement, waiting for a lock, idling inside a transaction. Work that may
 * take hours has a statement's limit of its own (session.ts).
 */
const SESSION_LIMITS = {
  statement_timeout: 600_000,
  lock_timeout: 30_000,
  idle_in_transaction_session_timeout: 120_000,
};

/**
 * What a name without a schema means, also in a session that made a temporary table of that name, and though a role may
 * set another path for itself for ever: a definition's statements can do both.
 */
const NAMES = "-c search_path=public,pg_temp";

export interface Database {
  db: Kysely<Tables>;
  /** For what kysely has no words for: COPY, LISTEN. */
  pool: pg.Pool;
  close(): Promise<void>;
}

export interface ConnectionSettings {
  /** Shown in pg_stat_activity. */
  applicationName: string;
  maxConnections?: number;
  /** Told about connections that die; a dead one is replaced, and the query that used it fails. */
  onLostConnection?: (error: Error) => void;
}

/** Opens a pool on `url`. Connects on first use; a server that dies never ends this process. */
export function openDatabase(url: string, settings: ConnectionSettings): Database {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: settings.applicationName,
    max: settings.maxConnections ?? 10,
    connectionTimeoutMillis: 10_000,
    ...SESSION_LIMITS,
    options: NAMES,
    types: { getTypeParser },
  });
  const lost = settings.onLostConnection ?? (() => {});
  pool.on("error", lost);
  // A client that is checked out has no listener of the pool's, and its error would end the process.
  pool.on("connect", (client) => client.on("error", lost));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return { db, pool, close: () => db.destroy() };
}

/** Counts and ids are below 2^53, so `bigint` comes as a number. */
function getTypeParser(oid: number, format?: "text" | "binary") {
  return oid === INT8_OID ? Number : pg.types.getTypeParser(oid, format as "text");
}
