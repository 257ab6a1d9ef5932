/** Who decides in whose place. */
import { type Kysely, sql } from "kysely";
import type { Delegation } from "../core/api.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";

/** @throws {NotAllowed | NotFound | Conflict | InvalidInput} as operations/delegations.ts says */
export async function addDelegation(
  db: Kysely<Tables>,
  wanted: { proof: string; to: string; until: Date; reason: string },
): Promise<Delegation> {
  const { rows } = await withRefusals(() =>
    sql<{ id: string }>`
      select id from add_delegation(${wanted.proof}, ${wanted.to}, ${wanted.until}, ${wanted.reason})`.execute(
      db,
    ),
  );
  return getDelegation(db, rows[0]?.id);
}

/** @throws {NotAllowed | NotFound} as operations/delegations.ts says */
export async function endDelegation(
  db: Kysely<Tables>,
  { proof, id }: { proof: string; id: string },
): Promise<Delegation> {
  await withRefusals(() => sql`select from end_delegation(${proof}, ${id}::uuid)`.execute(db));
  return getDelegation(db, id);
}

/** Those that hold now, the newest first. */
export async function listDelegations(db: Kysely<Tables>): Promise<Delegation[]> {
  const rows = await selectDelegations(db)
    .where("delegation.ended_at", "is", null)
    .where("delegation.until", ">", sql<Date>`clock_timestamp()`)
    .orderBy("delegation.since", "desc")
    .execute();
  return rows.map(toDelegation);
}

async function getDelegation(db: Kysely<Tables>, id: string | undefined): Promise<Delegation> {
  const row = await selectDelegations(db).where("delegation.id", "=", String(id)).executeTakeFirstOrThrow();
  return toDelegation(row);
}

function selectDelegations(db: Kysely<Tables>) {
  return db
    .selectFrom("delegation")
    .innerJoin("person as from", "from.id", "delegation.from_person")
    .innerJoin("person as to", "to.id", "delegation.to_person")
    .select(["delegation.id", "from.name as from", "to.name as to"])
    .select(["delegation.since", "delegation.until", "delegation.reason"]);
}

function toDelegation(row: Omit<Delegation, "since" | "until"> & { since: Date; until: Date }): Delegation {
  return { ...row, since: row.since.toISOString(), until: row.until.toISOString() };
}
