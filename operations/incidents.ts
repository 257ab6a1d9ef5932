import type { Incident, NewActionVerdict } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import { addLaterAlerts } from "../db/alert-deliveries.ts";
import { settleAction } from "../db/incident-actions.ts";
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

/**
 * Undoes what Holt did about an incident, or has it stay when the cause is gone. The same again changes nothing.
 * @throws {NotFound} @throws {NotAllowed} @throws {Conflict} it was withheld, is a run, or something else went live since
 */
export async function settleIncidentAction(
  { database: { db } }: OperationsContext,
  actor: Actor,
  incidentId: number,
  name: string,
  { verdict, reason }: NewActionVerdict,
): Promise<Incident> {
  requireAbility(actor, "rollback");
  await settleAction(db, { proof: actor.proof.reveal(), incidentId, name, verdict, reason });
  return getIncident(db, incidentId);
}
