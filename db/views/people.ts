import { type Kysely, sql } from "kysely";
import type { Tables } from "../tables.ts";

/** Whether some admin holds a token that opens something. Until then an installation is being set up. */
export async function hasAdministrator(db: Kysely<Tables>): Promise<boolean> {
  const row = await db
    .selectFrom("person")
    .innerJoin("token", "token.person_id", "person.id")
    .select("person.id")
    .where(sql<boolean>`'admin' = any(person.roles)`)
    .where("person.disabled_at", "is", null)
    .where("token.revoked_at", "is", null)
    .where("token.expires_at", ">", sql<Date>`clock_timestamp()`)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
