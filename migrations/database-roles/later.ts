/** Rights of what later migrations make: nobody has any but those that are named. */
import { type Kysely, sql } from "kysely";
import { handOver } from "./ownership.ts";

export interface LaterGrants {
  /** A login to what is granted to it, as PostgreSQL writes it: `select on traffic`. */
  tables: Readonly<Record<string, readonly string[]>>;
  /** A login to the functions that it may call. */
  calls: Readonly<Record<string, readonly string[]>>;
}

/** Hands new tables and functions to the owner and grants what is named; call it last in a migration. */
export async function grantLater(db: Kysely<unknown>, { tables, calls }: LaterGrants): Promise<void> {
  // A new function may be called by everybody until this is said.
  await sql`revoke execute on all functions in schema public from public`.execute(db);
  await handOver(db);
  for (const [login, grants] of Object.entries(tables))
    for (const grant of grants) await sql`grant ${sql.raw(grant)} to ${sql.id(login)}`.execute(db);
  for (const [login, names] of Object.entries(calls))
    for (const name of names)
      await sql`grant execute on function ${sql.id("public", name)} to ${sql.id(login)}`.execute(db);
}
