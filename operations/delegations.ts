import type { Delegation, NewDelegation } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import * as delegations from "../db/delegations.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Has another reviewer decide in this person's place until then. The other decides in their own name, once.
 * @throws {NotAllowed} @throws {NotFound} nobody has this name @throws {Conflict} the other may not decide, or is the same
 */
export async function delegate(
  { database }: OperationsContext,
  actor: Actor,
  { to, until, reason }: NewDelegation,
): Promise<Delegation> {
  requireAbility(actor, "decide");
  return delegations.addDelegation(database.db, {
    proof: actor.proof.reveal(),
    to,
    until: new Date(until),
    reason,
  });
}

/**
 * Ends a delegation now; what was decided by it stays. One that has ended stays as it is.
 * @throws {NotAllowed} it is neither from this person nor to them, and they administer nothing @throws {NotFound}
 */
export async function endDelegation(
  { database }: OperationsContext,
  actor: Actor,
  id: string,
): Promise<Delegation> {
  requireAbility(actor, "decide");
  return delegations.endDelegation(database.db, { proof: actor.proof.reveal(), id });
}
