import type { Incident } from "../core/api.ts";
import { Conflict } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { addAudit } from "../db/audit.ts";
import { acknowledge, getIncident, lockIncident } from "../db/views/incidents.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";

/**
 * Says that somebody looks after an incident. The first who said so stands; saying it again changes nothing.
 * @throws {Conflict} it is resolved already @throws {NotFound} @throws {NotAllowed}
 */
export async function acknowledgeIncident(
  { database }: OperationsContext,
  actor: Actor,
  id: number,
): Promise<Incident> {
  requireAbility(actor, "submit");
  return database.db.transaction().execute(async (trx) => {
    const { state, model } = await lockIncident(trx, id);
    if (state === "resolved")
      throw new Conflict(`incident ${id}: is resolved already; nothing is left to do`);
    if (state === "open") {
      await acknowledge(trx, id, actor.personId);
      await addAudit(trx, {
        personId: actor.personId,
        action: "acknowledge_incident",
        model,
        subject: `incident ${id}`,
      });
    }
    return getIncident(trx, id);
  });
}
