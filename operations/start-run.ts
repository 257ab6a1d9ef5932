import type { NewRun } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import type { RunState } from "../core/steps.ts";
import { getRun, openRun } from "../db/runs.ts";
import { listOpenRuns } from "../db/views/runs.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { wakeNow } from "./wake-ups.ts";

export interface StartedRun {
  runId: string;
  workflowId: string;
  /** False: the run key was used before, and this is that run. */
  isNew: boolean;
  /** Other runs of the model that go on; allowed, but worth saying, since the first to be approved goes live first. */
  alsoOpen: { runId: string; state: RunState }[];
}

/**
 * Opens a run and has its workflow started. The same run key again gives the same run. Works with Temporal down: the
 * run stands there and starts when Temporal is back.
 * @throws {NotFound} the model isn't applied @throws {Conflict} the run key was used with other settings
 * @throws {NotAllowed}
 */
export async function startRun(
  context: OperationsContext,
  actor: Actor,
  wanted: NewRun,
): Promise<StartedRun> {
  requireAbility(actor, "submit");
  const { runId, isNew, wakeUp } = await openRun(context.database.db, actor.proof.reveal(), wanted);
  if (wakeUp) await wakeNow(context, wakeUp);
  const run = await getRun(context.database.db, runId);
  const others = (await listOpenRuns(context.database.db, run.model)).filter(({ id }) => id !== runId);
  return {
    runId,
    workflowId: run.workflow_id,
    isNew,
    alsoOpen: others.map(({ id, state }) => ({ runId: id, state })),
  };
}
