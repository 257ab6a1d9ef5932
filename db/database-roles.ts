/** The roles that Holt's processes sign in as; migrations/0006 makes them and says what each may do. */
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { InvalidInput } from "../core/errors.ts";
import { limitDatabase as limit } from "../migrations/database-roles/ownership.ts";
import type { Tables } from "./tables.ts";

export const LOGINS = ["ingest", "worker", "server", "sign_in", "auditor"] as const;
export type Login = (typeof LOGINS)[number];

/** PostgreSQL's own number of rounds. */
const ROUNDS = 4_096;

/** Lets nobody but the logins connect to the database; a database that was made from a template or a dump forgets that. */
export function limitDatabase(db: Kysely<Tables>): Promise<void> {
  return limit(db);
}

/** The variable that names where a login signs in, with its password. */
export function loginVariable(login: Login): string {
  return `HOLT_${login.toUpperCase()}_DATABASE_URL`;
}

/** The connection string of a login on the same database as `url`. */
export function loginUrl(url: string, login: Login, password: string): string {
  const made = new URL(url);
  made.username = `holt_${login}`;
  made.password = encodeURIComponent(password);
  return made.href;
}

/** The password in the connection string of a login. @throws {InvalidInput} it is another role's, or has none */
export function passwordIn(url: string, login: Login): string {
  const { username, password } = new URL(url);
  if (username !== `holt_${login}` || password === "")
    throw new InvalidInput(
      `${loginVariable(login)}: is not for the role "holt_${login}" with a password; write postgresql://holt_${login}:<password>@…`,
    );
  return decodeURIComponent(password);
}

/** Gives a login its password; it is worked into a verifier here, so that no log of PostgreSQL's has it. */
export async function setPassword(db: Kysely<Tables>, login: Login, password: string): Promise<void> {
  if (!/^[\x21-\x7e]{12,200}$/.test(password))
    throw new InvalidInput(
      `database role "holt_${login}": its password is too short or has unusual characters; use 12 to 200 of ASCII's visible ones`,
    );
  await sql`alter role ${sql.id(`holt_${login}`)} password ${sql.lit(verifierOf(password))}`.execute(db);
}

/** Whether this connection's own role could go round Holt's functions: it is a superuser, or may act as the owner. */
export async function findTooStrongRole(db: Kysely<Tables>): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    select rolname as name from pg_roles where rolname = session_user and (
      rolsuper or rolcreaterole or rolbypassrls
      or pg_has_role(session_user, (select datdba from pg_database where datname = current_database()), 'member')
      or exists (select from pg_roles owner where owner.rolname = 'holt_owner' and pg_has_role(session_user, owner.oid, 'member'))
    )`.execute(db);
  return rows[0]?.name;
}

/** RFC 5803, as PostgreSQL keeps it. */
function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ROUNDS, 32, "sha256");
  const keyed = (text: string) => createHmac("sha256", salted).update(text).digest();
  const storedKey = createHash("sha256").update(keyed("Client Key")).digest("base64");
  return `SCRAM-SHA-256$${ROUNDS}:${salt.toString("base64")}$${storedKey}:${keyed("Server Key").toString("base64")}`;
}
