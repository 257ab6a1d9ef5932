/** Keys of other environments that an admin trusts here. The database's functions say who may. */
import { type Kysely, sql } from "kysely";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";
import { iso } from "./views/time.ts";

export interface TrustedKey {
  /** SHA-256 of the public key's DER. */
  id: string;
  name: string;
  by: string;
  trustedAt: string;
  /** Since when nothing comes in by it any more; null while it may. */
  endedAt: string | null;
}

/** The key's id; the same key under the same name again changes nothing. @throws {NotAllowed | InvalidInput | Conflict} */
export async function trustEnvironment(
  db: Kysely<Tables>,
  { proof, name, publicDer }: { proof: string; name: string; publicDer: Uint8Array },
): Promise<string> {
  const { rows } = await withRefusals(() =>
    sql<{
      key: string;
    }>`select trust_environment(${proof}, ${name}, ${Buffer.from(publicDer)}) as key`.execute(db),
  );
  return String(rows[0]?.key);
}

/** Nothing that this key signs comes in any more; what came stays. @throws {NotAllowed | NotFound} */
export async function distrustEnvironment(
  db: Kysely<Tables>,
  { proof, key }: { proof: string; key: string },
): Promise<void> {
  await withRefusals(() => sql`select distrust_environment(${proof}, ${key})`.execute(db));
}

/** Every key that is, or was, trusted here, the newest first. */
export async function listTrustedKeys(db: Kysely<Tables>): Promise<TrustedKey[]> {
  const rows = await db
    .selectFrom("trusted_environment as key")
    .innerJoin("person as by", "by.id", "key.person_id")
    .select(["key.key_id as id", "key.name", "by.name as by", "key.trusted_at", "key.ended_at"])
    .orderBy("key.trusted_at", "desc")
    .execute();
  return rows.map(({ trusted_at, ended_at, ...row }) => ({
    ...row,
    trustedAt: iso(trusted_at),
    endedAt: iso(ended_at),
  }));
}

/** A key that is trusted now. */
export function findTrustedKey(
  db: Kysely<Tables>,
  id: string,
): Promise<{ name: string; publicDer: Buffer } | undefined> {
  return db
    .selectFrom("trusted_environment")
    .select(["name", "public_key as publicDer"])
    .where("key_id", "=", id)
    .where("ended_at", "is", null)
    .executeTakeFirst();
}
