/**
 * Tables of a drill: in the schema of its own session, so that PostgreSQL drops them with it, whatever ends it. Names
 * without a schema mean them first; what they are not meant for cannot be written while a look runs.
 */
import { Kysely, PostgresDialect } from "kysely";
import type { PoolClient } from "pg";
import { InvalidInput } from "../core/errors.ts";
import type { Tables } from "./tables.ts";

/** Tables of the same columns as Holt's own. */
const COPIES = ["snapshot", "set_aside_row"] as const;

export interface DrillSession {
  client: PoolClient;
  /** The same connection, on which a monitor's statements find the drill's rows. */
  db: Kysely<Tables>;
}

/**
 * Makes a session a drill's. `discard all`, or its end, ends the drill's tables.
 * @param sources names of the definition's
 * @throws {InvalidInput} a source has the name of a table that the drill needs
 */
export async function openDrillSession(
  client: PoolClient,
  sources: readonly string[],
): Promise<DrillSession> {
  const taken = sources.find((source) => [...COPIES, "source_profile"].some((name) => name === source));
  if (taken !== undefined)
    throw new InvalidInput(
      `sources.${taken}: a drill has a table of its own of that name; give the source another name to drill it`,
    );
  for (const table of COPIES)
    await client.query(
      `create temporary table ${table} (like public.${table} including defaults including identity)`,
    );
  await client.query("alter table pg_temp.snapshot add column is_emptied boolean not null default false");
  // as migration 0033 has it; the role of definitions' SQL doesn't read that one
  await client.query(
    "create temporary table source_profile (snapshot_id bigint primary key, body json not null, created_at timestamptz not null default now())",
  );
  await client.query("set search_path = pg_temp, public");
  return { client, db: kyselyOn(client) };
}

/** Runs `work` while nothing but the session's own tables can be written: PostgreSQL refuses all else. */
export async function readingOnly<T>({ client }: DrillSession, work: () => Promise<T>): Promise<T> {
  await client.query("set default_transaction_read_only = on");
  const result = await work();
  await client.query("set default_transaction_read_only = off");
  return result;
}

function kyselyOn(client: PoolClient): Kysely<Tables> {
  const only = { query: client.query.bind(client) as PoolClient["query"], release() {} };
  return new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: { connect: async () => only, end: async () => {}, options: {} } }),
  });
}
