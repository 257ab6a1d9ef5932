import { definitionSchema } from "../core/definition.ts";
import { addAudit } from "../db/audit.ts";
import { getDefinition } from "../db/definitions.ts";
import { findRunByKey, findWorkingRun, getRun, openScheduledRun } from "../db/runs.ts";
import { lockModel } from "../db/versions.ts";
import type { ActivityContext } from "./context.ts";
import { findHold } from "./find-hold.ts";

export type ScheduledRun =
  | { next: "start"; runId: string; workflowId: string }
  /** Another run of the model is at work, and the definition has ticks wait for it (`overlap: "buffer_one"`). */
  | { next: "wait" }
  /** The run of this tick has ended, or another is at work and the definition has ticks left out (`overlap: "skip"`). */
  | { next: "nothing" };

export const openScheduledRunActivities = ({ database: { db }, sourceFolders }: ActivityContext) => ({
  /**
   * Opens the run of one tick; its key is the tick's time, so that a tick that comes twice opens one run. A run that
   * waits for a review or an answer is not at work, and holds no tick back; an incident whose action freezes retraining does.
   * @throws {NotFound} the model isn't applied
   */
  openScheduledRun({ model, tick }: { model: string; tick: string }): Promise<ScheduledRun> {
    const runKey = tick.slice(0, 19).replaceAll(/[-:]/g, "");
    return db.transaction().execute(async (trx) => {
      const { definition_digest } = await lockModel(trx, model);
      const there = await findRunByKey(trx, model, runKey);
      if (there?.finished_at) return { next: "nothing" };
      if (there) return { next: "start", runId: there.id, workflowId: there.workflow_id };
      const { body, folder } = await getDefinition(trx, definition_digest);
      const definition = definitionSchema.parse(body);
      const { schedule } = definition;
      const held = await findHold(trx, { definition, folder, sourceFolders });
      if (held !== undefined) {
        const audit = { model, subject: `run ${model}-${runKey}` };
        await addAudit(trx, { ...audit, action: "leave_out_tick", detail: { tick, incident: held } });
        return { next: "nothing" };
      }
      const working = await findWorkingRun(trx, model);
      if (working && schedule?.overlap === "buffer_one") return { next: "wait" };
      if (working) {
        const audit = { model, subject: `run ${model}-${runKey}` };
        await addAudit(trx, { ...audit, action: "leave_out_tick", detail: { tick, atWork: working.id } });
        return { next: "nothing" };
      }
      const run = await getRun(trx, await openScheduledRun(trx, { model, runKey, tick }));
      return { next: "start", runId: run.id, workflowId: run.workflow_id };
    });
  },
});
