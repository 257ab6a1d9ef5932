/** Tokens, sessions and sign-in codes: by functions of the database alone, which compare times by its clock. */
import { type Kysely, sql } from "kysely";
import type { Actor, Role } from "../core/roles.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";

/** Who a secret belongs to: an actor before it has its proof. */
export type Holder = Omit<Actor, "proof">;

interface HolderRow {
  person_id: string;
  name: string;
  roles: Role[];
  groups: string[];
}

/** Whose token this is; undefined when it is unknown, expired or revoked, or its person is disabled. */
export async function findPersonOfToken(db: Kysely<Tables>, hash: string): Promise<Holder | undefined> {
  const { rows } = await sql<HolderRow>`
    select id as person_id, name, roles, groups from token_holder(${hash})`.execute(db);
  return rows[0] && holderOf(rows[0]);
}

/** A token that opens something now, by its hash, and whose it is. */
export interface GoodToken extends Holder {
  hash: string;
  /** The earliest end of the person's tokens: theirs ends then, or later. */
  endsAt: Date;
}

/** Those of the tokens that open something now; unknown, expired and revoked ones are left out. */
export async function listGoodTokens(db: Kysely<Tables>, hashes: readonly string[]): Promise<GoodToken[]> {
  const { rows } = await sql<HolderRow & { hash: string; ends_at: Date }>`
    select asked.hash, holder.id as person_id, holder.name, holder.roles, holder.groups,
      (select min(expires_at) from token
        where person_id = holder.id and revoked_at is null and expires_at > clock_timestamp()) as ends_at
    from unnest(${[...hashes]}::text[]) as asked (hash), lateral token_holder(asked.hash) as holder`.execute(
    db,
  );
  return rows.map((row) => ({ ...holderOf(row), hash: row.hash, endsAt: row.ends_at }));
}

/** Whose session this is, which counts as using it; undefined when it is unknown, ended, or was not used for long. */
export async function findPersonOfSession(db: Kysely<Tables>, hash: string): Promise<Holder | undefined> {
  const { rows } = await sql<HolderRow>`
    select id as person_id, name, roles, groups from session_holder(${hash})`.execute(db);
  return rows[0] && holderOf(rows[0]);
}

/**
 * Hands out a token, of which the database gets the hash. `proof`: an admin's; null when the database's owner does.
 * @throws {NotFound} nobody has this name @throws {NotAllowed} @throws {Conflict} the person is disabled
 */
export async function issueToken(
  db: Kysely<Tables>,
  proof: string | null,
  token: { name: string; label: string; ttlMs: number; hash: string },
): Promise<Date> {
  const { rows } = await withRefusals(() =>
    sql<{ at: Date }>`
      select issue_token(${proof}, ${token.name}, ${token.label}, ${token.ttlMs}, ${token.hash}) as at`.execute(
      db,
    ),
  );
  return (rows[0] as { at: Date }).at;
}

/** Revokes a person's tokens with this label; how many there were. @throws {NotFound} @throws {NotAllowed} */
export async function revokeTokens(
  db: Kysely<Tables>,
  proof: string | null,
  { name, label }: { name: string; label: string },
): Promise<number> {
  const { rows } = await withRefusals(() =>
    sql<{ count: number }>`select revoke_tokens(${proof}, ${name}, ${label}) as count`.execute(db),
  );
  return (rows[0] as { count: number }).count;
}

/** Notes a code that signs the token's person in. @throws {NotAllowed} the token opens nothing */
export async function addSignInCode(
  db: Kysely<Tables>,
  token: string,
  code: { hash: string; ttlMs: number },
): Promise<Date> {
  const { rows } = await withRefusals(() =>
    sql<{ at: Date }>`select issue_sign_in_code(${token}, ${code.hash}, ${code.ttlMs}) as at`.execute(db),
  );
  return (rows[0] as { at: Date }).at;
}

/** Opens a session with a token or a code, which is spent by it; undefined when it opens nothing. */
export async function openSession(
  db: Kysely<Tables>,
  by: { token?: string; code?: string },
  session: { hash: string; ttlMs: number },
): Promise<{ holder: Holder; expiresAt: Date } | undefined> {
  const { rows } = await sql<HolderRow & { expires_at: Date }>`
    select * from open_session(${by.token ?? null}, ${by.code ?? null}, ${session.hash}, ${session.ttlMs})`.execute(
    db,
  );
  return rows[0] && { holder: holderOf(rows[0]), expiresAt: rows[0].expires_at };
}

export interface ExternalPerson {
  issuer: string;
  subject: string;
  /** Their name here, should they be new. */
  name: string;
  /** Kept if none is known of them yet: by it, accounts of one human are told. */
  email: string | null;
  /** What the provider says they may do; null leaves it as it is, and adds nobody. */
  roles: readonly Role[] | null;
  groups: readonly string[] | null;
}

/**
 * Opens a session for somebody whom another party signed in; whoever calls it has checked that party's word.
 * @throws {NotAllowed} nobody here is that, or they are disabled @throws {Conflict} the name is somebody else's
 */
export async function signInExternal(
  db: Kysely<Tables>,
  { issuer, subject, name, email, roles, groups }: ExternalPerson,
  session: { hash: string; ttlMs: number },
): Promise<{ holder: Holder; expiresAt: Date }> {
  const { rows } = await withRefusals(() =>
    sql<HolderRow & { expires_at: Date }>`
      select * from sign_in_external(${issuer}, ${subject}, ${name}, ${email}, ${roles && [...roles]}::text[],
        ${groups && [...groups]}::text[], ${session.ttlMs}, ${session.hash})`.execute(db),
  );
  const row = rows[0] as HolderRow & { expires_at: Date };
  return { holder: holderOf(row), expiresAt: row.expires_at };
}

/** Ends a session; a second call changes nothing. */
export async function endSession(db: Kysely<Tables>, hash: string): Promise<void> {
  await sql`select end_session(${hash})`.execute(db);
}

function holderOf({ person_id, name, roles, groups }: HolderRow): Holder {
  return { personId: person_id, name, roles, groups };
}
