import { NotAllowed } from "../core/errors.ts";
import { ABILITIES, type Ability, type Actor, mayDo, Proof } from "../core/roles.ts";
import { findPersonOfSession, findPersonOfToken } from "../db/tokens.ts";
import type { OperationsContext } from "./context.ts";
import { hashOfSecret } from "./secrets.ts";

/**
 * Who a token belongs to.
 * @throws {NotAllowed} it is unknown, expired or revoked, or its person is disabled; the words don't say which
 */
export async function authenticate(
  { database }: Pick<OperationsContext, "database">,
  token: string,
): Promise<Actor> {
  const hash = hashOfSecret(token);
  const person = hash && (await findPersonOfToken(database.db, hash));
  if (!person) throw new NotAllowed("token: is unknown, expired or revoked; ask an admin for another");
  return { ...person, proof: new Proof(token) };
}

/** The same for a page's session. @throws {NotAllowed} */
export async function authenticateSession(
  { database }: Pick<OperationsContext, "database">,
  session: string,
): Promise<Actor> {
  const hash = hashOfSecret(session);
  const person = hash && (await findPersonOfSession(database.db, hash));
  if (!person)
    throw new NotAllowed('session: has ended; sign in again with a code of "holt sign-in" or a token');
  return { ...person, proof: new Proof(session) };
}

/** @throws {NotAllowed} none of the person's roles may do this; core/roles.ts says which may */
export function requireAbility(actor: Actor, ability: Ability): void {
  if (mayDo(actor.roles, ability)) return;
  throw new NotAllowed(
    `person "${actor.name}": ${wordsOf(actor.roles)} may not ${ability}; ask for the role ${ABILITIES[ability].map((role) => `"${role}"`).join(" or ")}`,
  );
}

function wordsOf(roles: Actor["roles"]): string {
  if (roles.length === 0) return "has no role, so";
  return `${roles.length === 1 ? "role" : "roles"} ${roles.map((role) => `"${role}"`).join(", ")}`;
}
