/** People and programs that may do something: read as rows, changed by functions that check who changes them. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { Role } from "../core/roles.ts";
import { withRefusals } from "./refusals.ts";
import type { PersonTable, Tables } from "./tables.ts";

export type PersonRow = Selectable<PersonTable>;

export interface PersonChange {
  name: string;
  roles?: readonly Role[] | undefined;
  groups?: readonly string[] | undefined;
  email?: string | undefined;
  /** Whose program this is: what it does counts as theirs. */
  owner?: string | undefined;
}

/**
 * Adds a person; the same again gives the one that is there. `proof`: an admin's; null when the database's owner does.
 * @throws {Conflict} the name is taken @throws {NotAllowed} @throws {InvalidInput} a role or an owner that is none
 */
export async function addPerson(
  db: Kysely<Tables>,
  proof: string | null,
  { name, roles = [], groups = [], email, owner }: PersonChange,
): Promise<PersonRow> {
  const { rows } = await withRefusals(() =>
    sql<PersonRow>`
      select * from add_person(${proof}, ${name}, ${[...roles]}::text[], ${[...groups]}::text[], ${email ?? null},
        ${owner ?? null})`.execute(db),
  );
  return rows[0] as PersonRow;
}

/** Changes what is given of a person, and leaves the rest. @throws as `addPerson`, and {NotFound} */
export async function changePerson(
  db: Kysely<Tables>,
  proof: string | null,
  { name, roles, groups, email, owner }: PersonChange,
): Promise<PersonRow> {
  const { rows } = await withRefusals(() =>
    sql<PersonRow>`
      select * from change_person(${proof}, ${name}, ${roles ? [...roles] : null}::text[],
        ${groups ? [...groups] : null}::text[], ${email ?? null}, ${owner ?? null})`.execute(db),
  );
  return rows[0] as PersonRow;
}

/** From now on none of the person's tokens, sessions and codes opens anything; a second call changes nothing. */
export async function disablePerson(db: Kysely<Tables>, proof: string | null, name: string): Promise<void> {
  await withRefusals(() => sql`select disable_person(${proof}, ${name})`.execute(db));
}

/** Says who somebody is elsewhere. @throws {Conflict} that is another person already */
export async function linkIdentity(
  db: Kysely<Tables>,
  proof: string | null,
  link: { name: string; issuer: string; subject: string },
): Promise<void> {
  await withRefusals(() =>
    sql`select link_identity(${proof}, ${link.name}, ${link.issuer}, ${link.subject})`.execute(db),
  );
}

/** Everybody, by name, with the names of programs' owners. */
export function listPeople(db: Kysely<Tables>): Promise<(PersonRow & { owner: string | null })[]> {
  return db
    .selectFrom("person")
    .leftJoin("person as owner", "owner.id", "person.owner_id")
    .selectAll("person")
    .select("owner.name as owner")
    .orderBy("person.name")
    .execute();
}

/** Whether somebody here is that at a sign-in provider. */
export async function hasIdentity(
  db: Kysely<Tables>,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<boolean> {
  const row = await db
    .selectFrom("person_identity")
    .select("person_id")
    .where("issuer", "=", issuer)
    .where("subject", "=", subject)
    .executeTakeFirst();
  return row !== undefined;
}
