import { InvalidInput } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import * as people from "../db/people.ts";
import * as tokens from "../db/tokens.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { newSecret } from "./secrets.ts";

const NAME = /^[a-z0-9][a-z0-9._@-]{0,79}$/;
const GROUP = /^[A-Za-z0-9][A-Za-z0-9 ._@-]{0,79}$/;
const EMAIL = /^[^@\s]+@[^@\s]+$/;

/** Who set the installation up: a person with the database's own key, before there is any other. */
export const SET_UP = null;
export type By = Actor | typeof SET_UP;

export type NewPerson = people.PersonChange & Required<Pick<people.PersonChange, "roles">>;

/**
 * Adds a person or a program. The same name and roles again changes nothing.
 * @throws {Conflict} the name is taken by somebody with other roles, or who is disabled
 */
export async function addPerson(
  context: OperationsContext,
  by: By,
  person: NewPerson,
): Promise<people.PersonRow> {
  const proof = proofOf(by);
  if (!NAME.test(person.name))
    throw new InvalidInput(
      `person: "${person.name}" is not a name; use small letters, digits and . _ @ -, 80 at most`,
    );
  assertWritten(person);
  return people.addPerson(context.database.db, proof, person);
}

/** Changes roles, groups, e-mail or owner; what is left out stays. @throws {NotFound} nobody has this name */
export async function changePerson(
  context: OperationsContext,
  by: By,
  change: people.PersonChange,
): Promise<people.PersonRow> {
  const proof = proofOf(by);
  assertWritten(change);
  return people.changePerson(context.database.db, proof, change);
}

/** Says who somebody is at a sign-in provider, or in Slack. @throws {Conflict} that is another person already */
export async function linkIdentity(
  context: OperationsContext,
  by: By,
  link: { name: string; issuer: string; subject: string },
): Promise<void> {
  await people.linkIdentity(context.database.db, proofOf(by), link);
}

/** Hands out a token. It is returned once; only its hash is kept. @throws {NotFound} nobody has this name */
export async function issueToken(
  context: OperationsContext,
  by: By,
  wanted: { name: string; label?: string; ttlMs: number },
): Promise<{ token: string; expiresAt: Date }> {
  const proof = proofOf(by);
  if (!(wanted.ttlMs > 0)) throw new InvalidInput("token: its time to live is 0; let it live longer");
  const { secret, hash } = newSecret();
  const { name, label = "", ttlMs } = wanted;
  const expiresAt = await tokens.issueToken(context.database.db, proof, { name, label, ttlMs, hash });
  return { token: secret, expiresAt };
}

/** Revokes a person's tokens of one label, at once; how many there were. */
export async function revokeToken(
  context: OperationsContext,
  by: By,
  wanted: { name: string; label: string },
): Promise<number> {
  return tokens.revokeTokens(context.database.db, proofOf(by), wanted);
}

/** Shuts a person out: tokens, sessions and codes open nothing any more. What they did stays in the log. */
export async function disablePerson(context: OperationsContext, by: By, name: string): Promise<void> {
  await people.disablePerson(context.database.db, proofOf(by), name);
}

/** The database asks again; asking here first spares it whoever may not. */
function proofOf(by: By): string | null {
  if (!by) return null;
  requireAbility(by, "administer");
  return by.proof.reveal();
}

function assertWritten({ name, groups = [], email }: people.PersonChange): void {
  const wrong = groups.find((group) => !GROUP.test(group));
  if (wrong !== undefined)
    throw new InvalidInput(
      `person "${name}": "${wrong}" is not a group; use letters, digits, spaces and . _ @ -, 80 at most`,
    );
  if (email !== undefined && !EMAIL.test(email))
    throw new InvalidInput(`person "${name}": "${email}" is not an e-mail address; write one as in a@b.org`);
}
