/** Sign-ins at an OpenID provider that are under way, by the hashes of what comes back. */
import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

/** Keeps one for `ttlMs` by the database's clock, and forgets those whose time is over. */
export async function addSignInAttempt(
  db: Kysely<Tables>,
  attempt: { stateHash: string; browserHash: string; target: string; ttlMs: number },
): Promise<void> {
  await sql`delete from sign_in_attempt where expires_at < clock_timestamp()`.execute(db);
  await sql`
    insert into sign_in_attempt (state_sha256, browser_sha256, target, expires_at)
    values (${attempt.stateHash}, ${attempt.browserHash}, ${attempt.target},
      clock_timestamp() + ${attempt.ttlMs}::double precision * interval '1 millisecond')`.execute(db);
}

/** Uses one up, in one statement so that of two who bring it one gets it; the page that was wanted, or undefined. */
export async function takeSignInAttempt(
  db: Kysely<Tables>,
  { stateHash, browserHash }: { stateHash: string; browserHash: string },
): Promise<string | undefined> {
  const { rows } = await sql<{ target: string }>`
    delete from sign_in_attempt
    where state_sha256 = ${stateHash} and browser_sha256 = ${browserHash} and expires_at > clock_timestamp()
    returning target`.execute(db);
  return rows[0]?.target;
}
