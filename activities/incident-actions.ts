import { log } from "@temporalio/activity";
import { BrokenPromise, Conflict, NotFound } from "../core/errors.ts";
import { addActedAlerts } from "../db/alert-deliveries.ts";
import { findVersionBefore } from "../db/deployments.ts";
import { type DueAction, listDueActions, takeAction } from "../db/incident-actions.ts";
import { findLive, getVersion } from "../db/versions.ts";
import { getIncident } from "../db/views/incidents.ts";
import { checkRelease } from "../scoring/release-check.ts";
import type { ActivityContext } from "./context.ts";

export const incidentActionActivities = (context: ActivityContext) => ({
  /**
   * Does what the definition has done about what the last look found, and tells of it. PostgreSQL says what is due; each is done
   * once, so a second attempt goes on with the rest.
   */
  async actOnIncidents({ model }: { model: string }): Promise<{ acted: number }> {
    const { db } = context.database;
    const due = await listDueActions(db, model);
    const taken = await Promise.allSettled(due.map((action) => act(context, model, action)));
    // what one action failed by keeps no other back
    const failed = taken.find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    return { acted: taken.filter((one) => one.status === "fulfilled" && one.value).length };
  },
});

/** False when a later look, another definition or a person was first. */
async function act(context: ActivityContext, model: string, action: DueAction): Promise<boolean> {
  const { db } = context.database;
  const obstacle = action.do === "roll_back" ? await findObstacle(context, model) : null;
  try {
    await db.transaction().execute(async (trx) => {
      await takeAction(trx, action, obstacle);
      const incident = await getIncident(trx, action.incidentId);
      await addActedAlerts(trx, incident, action.name, new Date().toISOString());
    });
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    log.info("an action on an incident is due no more", { model, ...action, why: error.message });
    return false;
  }
  log.warn("acted on an incident", { model, ...action });
  return true;
}

/** Why the version before would answer nobody rightly; null when it would, or there is none, which PostgreSQL says. */
async function findObstacle(context: ActivityContext, model: string): Promise<string | null> {
  const { db } = context.database;
  const live = await findLive(db, model);
  const before = live && (await findVersionBefore(db, model, live.version));
  if (before === undefined) return null;
  const { release } = await getVersion(db, model, before);
  try {
    await checkRelease(context.artifacts, { release, place: `model "${model}" version ${before}` });
    return null;
  } catch (error) {
    // what is wrong with its bytes stays wrong; that they cannot be reached just now doesn't
    if (error instanceof BrokenPromise || error instanceof NotFound) return error.message;
    throw error;
  }
}
