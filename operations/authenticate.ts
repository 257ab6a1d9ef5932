import { NotAllowed } from "../core/errors.ts";
import { ABILITIES, type Ability, type Actor, mayDo } from "../core/roles.ts";
import { findActorOfSession, findActorOfToken } from "../db/tokens.ts";
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
  const actor = hash && (await findActorOfToken(database.db, hash));
  if (!actor) throw new NotAllowed("token: is unknown, expired or revoked; ask an admin for another");
  return actor;
}

/** The same for a page's session. @throws {NotAllowed} */
export async function authenticateSession(
  { database }: Pick<OperationsContext, "database">,
  session: string,
): Promise<Actor> {
  const hash = hashOfSecret(session);
  const actor = hash && (await findActorOfSession(database.db, hash));
  if (!actor)
    throw new NotAllowed('session: has ended; sign in again with a code of "holt sign-in" or a token');
  return actor;
}

/** @throws {NotAllowed} the person's role may not do this; core/roles.ts says which may */
export function requireAbility(actor: Actor, ability: Ability): void {
  if (mayDo(actor.role, ability)) return;
  throw new NotAllowed(
    `person "${actor.name}": role "${actor.role}" may not ${ability}; ask for the role ${ABILITIES[ability].map((role) => `"${role}"`).join(" or ")}`,
  );
}
