import type { Incident } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import { acknowledge, getIncident } from "../db/views/incidents.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Says that somebody looks after an incident. The first who said so stands; saying it again changes nothing.
 * @throws {Conflict} it is resolved already @throws {NotFound} @throws {NotAllowed}
 */
export async function acknowledgeIncident(
  { database: { db } }: OperationsContext,
  actor: Actor,
  id: number,
): Promise<Incident> {
  requireAbility(actor, "submit");
  await acknowledge(db, id, actor.proof.reveal());
  return getIncident(db, id);
}
