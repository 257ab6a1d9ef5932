import type { NewSilence, Silence } from "../core/alerts-api.ts";
import type { Actor } from "../core/roles.ts";
import * as silences from "../db/silences.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Has alerts of incidents wait until then: of one model or all, of one cause or any. It ends by itself; what still stands is told then.
 * @throws {NotAllowed} @throws {NotFound} no such model @throws {InvalidInput} it would end before it begins, or after 30 days
 */
export async function silenceAlerts(
  { database }: OperationsContext,
  actor: Actor,
  wanted: NewSilence,
): Promise<Silence> {
  requireAbility(actor, "submit");
  return silences.addSilence(database.db, { ...wanted, proof: actor.proof.reveal() });
}

/** Ends one before its time. One that is over stays as it is. @throws {NotAllowed | NotFound} */
export async function liftSilence(
  { database }: OperationsContext,
  actor: Actor,
  id: string,
): Promise<Silence> {
  requireAbility(actor, "submit");
  return silences.liftSilence(database.db, { proof: actor.proof.reveal(), id });
}
