/** The chain behind the audit log as it stands in the database: read whole, in order, in flat memory. */
import { type Kysely, sql, type Transaction } from "kysely";
import type { Tables } from "./tables.ts";

/** How many links are in memory at once. */
const BATCH = 2_000;

export interface ChainLink {
  position: number;
  auditId: number;
  previousHash: string;
  hash: string;
  /** What the hash is over, as the entry says it now; null when there is no such entry. */
  text: string | null;
}

export interface ChainHead {
  databaseId: string;
  position: number;
  hash: string;
}

/** Where the chain ends; position 0 when it is empty, undefined when somebody removed what it begins with. */
export async function findChainHead(db: Kysely<Tables>): Promise<ChainHead | undefined> {
  const row = await db
    .selectFrom("audit_origin")
    .leftJoin("audit_link", (join) => join.onTrue())
    .select(["database_id", "position", "hash"])
    .orderBy("position", (order) => order.desc().nullsLast())
    .limit(1)
    .executeTakeFirst();
  return row && { databaseId: row.database_id, position: row.position ?? 0, hash: row.hash ?? "" };
}

/** A link's hash; undefined when there is none at this position. */
export async function findLinkHash(db: Kysely<Tables>, position: number): Promise<string | undefined> {
  const row = await db
    .selectFrom("audit_link")
    .select("hash")
    .where("position", "=", position)
    .executeTakeFirst();
  return row?.hash;
}

/** Reads as of one moment, whatever is written meanwhile. */
export function atOneMoment<T>(
  db: Kysely<Tables>,
  read: (trx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(read);
}

/** Every link after `position`, in order. */
export async function* readLinks(trx: Transaction<Tables>, position = 0): AsyncGenerator<ChainLink> {
  // Built-in functions only: one of Holt's own could have been replaced by whoever changed the log.
  await sql`
    declare audit_links no scroll cursor for
    select l.position, l.audit_id as "auditId", l.previous_hash as "previousHash", l.hash,
      case when a.id is not null then jsonb_build_array(
        a.id, to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), a.person_id,
        a.action, a.model, a.subject, a.detail)::text end as text
    from audit_link as l left join audit as a on a.id = l.audit_id
    where l.position > ${sql.lit(position)} order by l.position`.execute(trx);
  for (;;) {
    const { rows } = await sql<ChainLink>`fetch ${sql.lit(BATCH)} from audit_links`.execute(trx);
    yield* rows;
    if (rows.length < BATCH) break;
  }
  await sql`close audit_links`.execute(trx);
}

/** Entries that no link holds, the first `limit` of them. */
export async function listUnlinked(db: Kysely<Tables>, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom("audit")
    .leftJoin("audit_link", "audit_link.audit_id", "audit.id")
    .select("audit.id")
    .where("audit_link.position", "is", null)
    .orderBy("audit.id")
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** Any number that nothing else locks by. */
const CHECKPOINT_LOCK = 7_240_005;

/** While one holds it, whoever else would write a checkpoint waits. */
export function withCheckpointLock<T>(
  db: Kysely<Tables>,
  work: (trx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(CHECKPOINT_LOCK)})`.execute(trx);
    return work(trx);
  });
}

/** Whether this connection's login may read the log by itself: the auditor's, or the owner's. */
export async function isAuditorLogin(db: Kysely<Tables>): Promise<boolean> {
  const { rows } = await sql<{ is: boolean }>`
    select exists (select from pg_roles as r where pg_has_role(current_user, r.oid, 'USAGE') and (
      r.rolname = 'holt_auditor' or r.oid = (select relowner from pg_class where oid = 'audit'::regclass))) as is`.execute(
    db,
  );
  return rows[0]?.is === true;
}
