import { Conflict, InvalidInput, NotFound } from "../core/errors.ts";
import { type Actor, ROLES, type Role } from "../core/roles.ts";
import { addAudit } from "../db/audit.ts";
import * as people from "../db/people.ts";
import { insertToken, revokeTokens } from "../db/tokens.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { newSecret } from "./secrets.ts";

const NAME = /^[a-z0-9][a-z0-9._@-]{0,79}$/;

/** Who set the installation up: a person with the database's own key, before there is any other. */
export const SET_UP = null;
export type By = Actor | typeof SET_UP;

export interface NewPerson {
  name: string;
  roles: readonly Role[];
  groups?: readonly string[];
  email?: string;
  /** Whose program this is: what it does counts as theirs. */
  owner?: string;
}

/**
 * Adds a person or a program. The same name and roles again changes nothing.
 * @throws {Conflict} the name is taken by somebody with other roles, or who is disabled
 */
export async function addPerson(
  context: OperationsContext,
  by: By,
  person: NewPerson,
): Promise<people.PersonRow> {
  if (by) requireAbility(by, "administer");
  if (!NAME.test(person.name))
    throw new InvalidInput(
      `person: "${person.name}" is not a name; use small letters, digits and . _ @ -, 80 at most`,
    );
  const roles = ROLES.filter((role) => person.roles.includes(role));
  const unknown = person.roles.find((role) => !ROLES.includes(role));
  if (unknown !== undefined)
    throw new InvalidInput(`person "${person.name}": "${unknown}" is not a role; use ${ROLES.join(", ")}`);
  return context.database.db.transaction().execute(async (trx) => {
    const owner = person.owner === undefined ? null : await getPerson(trx, person.owner);
    const added = await people.insertPerson(trx, {
      name: person.name,
      roles,
      groups: [...(person.groups ?? [])],
      email: person.email ?? null,
      owner_id: owner?.id ?? null,
    });
    const row = added ?? (await people.findPerson(trx, person.name));
    if (!row || String(row.roles) !== String(roles) || row.disabled_at)
      throw new Conflict(
        `person "${person.name}": the name is taken (${row?.roles.join(", ")}${row?.disabled_at ? ", disabled" : ""}); choose another`,
      );
    if (added)
      await addAudit(trx, {
        personId: by?.personId ?? null,
        action: "add_person",
        model: null,
        subject: `person ${person.name}`,
        detail: { roles },
      });
    return row;
  });
}

/** Hands out a token. It is returned once; only its hash is kept. @throws {NotFound} nobody has this name */
export async function issueToken(
  context: OperationsContext,
  by: By,
  wanted: { name: string; label?: string; ttlMs: number },
): Promise<{ token: string; expiresAt: Date }> {
  if (by) requireAbility(by, "administer");
  if (!(wanted.ttlMs > 0)) throw new InvalidInput("token: its time to live is 0; let it live longer");
  const { secret, hash } = newSecret();
  const expiresAt = await context.database.db.transaction().execute(async (trx) => {
    const person = await getPerson(trx, wanted.name);
    const label = wanted.label ?? "";
    await addAudit(trx, {
      personId: by?.personId ?? null,
      action: "issue_token",
      model: null,
      subject: `person ${wanted.name}`,
      detail: { label },
    });
    return insertToken(trx, { token_sha256: hash, person_id: person.id, label, ttlMs: wanted.ttlMs });
  });
  return { token: secret, expiresAt };
}

/** Revokes a person's tokens of one label, at once; how many there were. */
export async function revokeToken(
  context: OperationsContext,
  by: By,
  wanted: { name: string; label: string },
): Promise<number> {
  if (by) requireAbility(by, "administer");
  return context.database.db.transaction().execute(async (trx) => {
    const person = await getPerson(trx, wanted.name);
    await addAudit(trx, {
      personId: by?.personId ?? null,
      action: "revoke_token",
      model: null,
      subject: `person ${wanted.name}`,
      detail: { label: wanted.label },
    });
    return revokeTokens(trx, person.id, wanted.label);
  });
}

/** Shuts a person out: tokens, sessions and codes open nothing any more. What they did stays in the log. */
export async function disablePerson(context: OperationsContext, by: By, name: string): Promise<void> {
  if (by) requireAbility(by, "administer");
  await context.database.db.transaction().execute(async (trx) => {
    const person = await getPerson(trx, name);
    await people.disablePerson(trx, person.id);
    await addAudit(trx, {
      personId: by?.personId ?? null,
      action: "disable_person",
      model: null,
      subject: `person ${name}`,
    });
  });
}

async function getPerson(db: OperationsContext["database"]["db"], name: string): Promise<people.PersonRow> {
  const person = await people.findPerson(db, name);
  if (!person) throw new NotFound(`person "${name}": nobody has this name; see "holt users"`);
  return person;
}
