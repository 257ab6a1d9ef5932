import type { NewSafeguard, Safeguard } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import * as safeguards from "../db/safeguards.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { wakeNow } from "./wake-ups.ts";

/**
 * Puts up a freeze (nothing new goes live until then, of one model or of all), or has everybody get a model's popularity
 * list until then, or lets a model go live over its calendar. Each ends by itself.
 * @throws {NotAllowed} @throws {NotFound} no such model @throws {InvalidInput} it would end before it begins, or after 90
 * days (a thaw: 7) @throws {Conflict} nothing of the model is live, so it has no list; or its definition has no calendar
 */
export async function putUpSafeguard(
  { database }: OperationsContext,
  actor: Actor,
  wanted: NewSafeguard,
): Promise<Safeguard> {
  requireAbility(actor, "rollback");
  return safeguards.addSafeguard(database.db, { ...wanted, proof: actor.proof.reveal() });
}

/** Lifts one before its time; what waited for it goes on. One that is over stays as it is. @throws {NotAllowed | NotFound} */
export async function liftSafeguard(
  context: OperationsContext,
  actor: Actor,
  id: string,
): Promise<Safeguard> {
  requireAbility(actor, "rollback");
  const { db } = context.database;
  for (const woken of await safeguards.liftSafeguard(db, { proof: actor.proof.reveal(), id }))
    await wakeNow(context, woken);
  return safeguards.getSafeguard(db, id);
}
