import { Conflict } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { endRun } from "../db/end-run.ts";
import { lockRun } from "../db/runs.ts";
import { findStep } from "../db/steps.ts";
import { addWakeUp } from "../db/wake-ups.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { CANCEL, wakeNow } from "./wake-ups.ts";

/**
 * Ends an open run, whatever it does or waits for, and has its workflow cancelled if there is one. Works with Temporal
 * down; the workflow, which can do nothing for an ended run, is cancelled when Temporal is back.
 * @throws {Conflict} the run has ended, or its version is just going live
 * @throws {NotAllowed} @throws {NotFound}
 */
export async function abortRun(
  context: OperationsContext,
  actor: Actor,
  { runId, reason }: { runId: string; reason: string },
): Promise<{ reason: string }> {
  requireAbility(actor, "submit");
  const words = reason ? `aborted by ${actor.name}: ${reason}` : `aborted by ${actor.name}`;
  const wakeUp = await context.database.db.transaction().execute(async (trx) => {
    const run = await lockRun(trx, runId);
    if (run.finished_at)
      throw new Conflict(`run "${runId}": has ended (${run.outcome}), so nothing is left to abort`);
    const deploy = await findStep(trx, { runId, step: "deploy" });
    if (deploy?.state === "running" || deploy?.state === "done")
      throw new Conflict(
        `run "${runId}": is going live just now; afterwards, take it back with "holt rollback ${run.model}"`,
      );
    await endRun(trx, run, { outcome: "aborted", reason: words, personId: actor.personId });
    return addWakeUp(trx, { workflowId: run.workflow_id, signal: CANCEL });
  });
  await wakeNow(context, wakeUp);
  return { reason: words };
}
