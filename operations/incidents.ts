import type { Incident } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import { addLaterAlerts } from "../db/alert-deliveries.ts";
import { acknowledge, getIncident } from "../db/views/incidents.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Says that somebody looks after an incident. The first who said so stands; saying it again changes nothing. Who was told of
 * the incident is told of it.
 * @throws {Conflict} it is resolved already @throws {NotFound} @throws {NotAllowed}
 */
export async function acknowledgeIncident(
  { database: { db } }: OperationsContext,
  actor: Actor,
  id: number,
): Promise<Incident> {
  requireAbility(actor, "submit");
  return db.transaction().execute(async (trx) => {
    await acknowledge(trx, id, actor.proof.reveal());
    const incident = await getIncident(trx, id);
    await addLaterAlerts(trx, "holt.incident.acknowledged", incident, new Date().toISOString());
    return incident;
  });
}
