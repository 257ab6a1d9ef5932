/** Tokens, sessions and sign-in codes, by the hash of their secret. Times are compared by the database's clock. */
import { type Insertable, type Kysely, sql } from "kysely";
import type { Actor } from "../core/roles.ts";
import type { SessionTable, SignInCodeTable, Tables, TokenTable } from "./tables.ts";

const HOLDER = ["person.id as personId", "person.name", "person.roles", "person.groups"] as const;
const NOW = sql<Date>`clock_timestamp()`;

/** `ttlMs` from now by the database's clock, as a value for `expires_at`. */
function after(ttlMs: number) {
  return sql<Date>`clock_timestamp() + ${ttlMs}::double precision * interval '1 millisecond'`;
}

/** Who a secret belongs to: an actor before it has its proof. */
export type Holder = Omit<Actor, "proof">;

type New<T> = Omit<T, "expires_at"> & { ttlMs: number };

export async function insertToken(
  db: Kysely<Tables>,
  { ttlMs, ...token }: New<Insertable<TokenTable>>,
): Promise<Date> {
  const values = { ...token, expires_at: after(ttlMs) } as unknown as Insertable<TokenTable>;
  return (await db.insertInto("token").values(values).returning("expires_at").executeTakeFirstOrThrow())
    .expires_at;
}

export async function insertSession(
  db: Kysely<Tables>,
  { ttlMs, ...session }: New<Insertable<SessionTable>>,
): Promise<Date> {
  const values = { ...session, expires_at: after(ttlMs) } as unknown as Insertable<SessionTable>;
  return (await db.insertInto("session").values(values).returning("expires_at").executeTakeFirstOrThrow())
    .expires_at;
}

export async function insertSignInCode(
  db: Kysely<Tables>,
  { ttlMs, ...code }: New<Insertable<SignInCodeTable>>,
): Promise<Date> {
  const values = { ...code, expires_at: after(ttlMs) } as unknown as Insertable<SignInCodeTable>;
  return (
    await db.insertInto("sign_in_code").values(values).returning("expires_at").executeTakeFirstOrThrow()
  ).expires_at;
}

/** Whose token this is; undefined when it is unknown, expired or revoked, or its person is disabled. */
export function findPersonOfToken(db: Kysely<Tables>, hash: string): Promise<Holder | undefined> {
  return db
    .selectFrom("token")
    .innerJoin("person", "person.id", "token.person_id")
    .select(HOLDER)
    .where("token.token_sha256", "=", hash)
    .where("token.revoked_at", "is", null)
    .where("token.expires_at", ">", NOW)
    .where("person.disabled_at", "is", null)
    .executeTakeFirst();
}

/** Whose session this is; undefined when it is unknown, expired or ended, or its person is disabled. */
export function findPersonOfSession(db: Kysely<Tables>, hash: string): Promise<Holder | undefined> {
  return db
    .selectFrom("session")
    .innerJoin("person", "person.id", "session.person_id")
    .select(HOLDER)
    .where("session.session_sha256", "=", hash)
    .where("session.ended_at", "is", null)
    .where("session.expires_at", ">", NOW)
    .where("person.disabled_at", "is", null)
    .executeTakeFirst();
}

/** Uses up a sign-in code, in one statement so that of two who bring it one gets in; undefined when it opens nothing. */
export async function spendSignInCode(db: Kysely<Tables>, hash: string): Promise<Holder | undefined> {
  return db
    .updateTable("sign_in_code")
    .from("person")
    .set({ used_at: new Date() })
    .whereRef("person.id", "=", "sign_in_code.person_id")
    .where("sign_in_code.code_sha256", "=", hash)
    .where("sign_in_code.used_at", "is", null)
    .where("sign_in_code.expires_at", ">", NOW)
    .where("person.disabled_at", "is", null)
    .returning(HOLDER)
    .executeTakeFirst();
}

/** Revokes a person's tokens with this label; how many there were. */
export async function revokeTokens(db: Kysely<Tables>, personId: string, label: string): Promise<number> {
  const result = await db
    .updateTable("token")
    .set({ revoked_at: new Date() })
    .where("person_id", "=", personId)
    .where("label", "=", label)
    .where("revoked_at", "is", null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Ends a session; a second call changes nothing. */
export async function endSession(db: Kysely<Tables>, hash: string): Promise<void> {
  await db
    .updateTable("session")
    .set({ ended_at: new Date() })
    .where("session_sha256", "=", hash)
    .where("ended_at", "is", null)
    .execute();
}
