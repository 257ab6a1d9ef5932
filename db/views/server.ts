import { type Kysely, sql } from "kysely";
import type { Tables } from "../tables.ts";

/** Version of the PostgreSQL that answers, such as `18.4`. */
export async function findServerVersion(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ server_version: string }>`show server_version`.execute(db);
  return rows[0]?.server_version ?? "unknown";
}
