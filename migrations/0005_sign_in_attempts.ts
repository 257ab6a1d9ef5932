/** Sign-ins at an OpenID provider that are under way. Old servers may run: it only adds. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Good for one answer of the provider in one browser; what that browser keeps is known by its hash only.
  await sql`
    create table sign_in_attempt (
      state_sha256 text primary key check (length(state_sha256) = 64),
      browser_sha256 text not null check (length(browser_sha256) = 64),
      -- the page that the person wanted
      target text not null,
      expires_at timestamptz not null
    )`.execute(db);
}
