/** People and programs that may do something: one function a statement. */
import type { Insertable, Kysely, Selectable } from "kysely";
import type { PersonTable, Tables } from "./tables.ts";

export type PersonRow = Selectable<PersonTable>;

/** Adds a person; undefined when the name is taken. */
export function insertPerson(
  db: Kysely<Tables>,
  person: Insertable<PersonTable>,
): Promise<PersonRow | undefined> {
  return db
    .insertInto("person")
    .values(person)
    .onConflict((conflict) => conflict.column("name").doNothing())
    .returningAll()
    .executeTakeFirst();
}

export function findPerson(db: Kysely<Tables>, name: string): Promise<PersonRow | undefined> {
  return db.selectFrom("person").selectAll().where("name", "=", name).executeTakeFirst();
}

/** Everybody, by name. */
export function listPeople(db: Kysely<Tables>): Promise<PersonRow[]> {
  return db.selectFrom("person").selectAll().orderBy("name").execute();
}

/** From now on none of the person's tokens, sessions and codes opens anything; a second call changes nothing. */
export async function disablePerson(db: Kysely<Tables>, id: string): Promise<void> {
  await db
    .updateTable("person")
    .set({ disabled_at: new Date() })
    .where("id", "=", id)
    .where("disabled_at", "is", null)
    .execute();
}
