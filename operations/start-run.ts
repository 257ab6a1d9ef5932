import type { NewRun } from "../core/api.ts";
import { Conflict } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import type { RunState } from "../core/steps.ts";
import { addAudit } from "../db/audit.ts";
import { insertRun } from "../db/runs.ts";
import type { RunRow } from "../db/steps.ts";
import { findLive } from "../db/versions.ts";
import { getModel } from "../db/views/models.ts";
import { listOpenRuns } from "../db/views/runs.ts";
import { addWakeUp } from "../db/wake-ups.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { START, wakeNow } from "./wake-ups.ts";

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
  const { run, isNew, wakeUp } = await context.database.db.transaction().execute(async (trx) => {
    const model = await getModel(trx, wanted.model);
    const live = await findLive(trx, wanted.model);
    const now = new Date();
    const open = (runKey: string) =>
      insertRun(trx, {
        id: `${wanted.model}-${runKey}`,
        model: wanted.model,
        run_key: runKey,
        definition_digest: model.definition_digest,
        as_of: now,
        opened_at: now,
        trigger: "person",
        person_id: actor.personId,
        baseline_only: wanted.baselineOnly,
        fresh: wanted.fresh,
        champion_version: live?.version ?? null,
        workflow_id: `run/${wanted.model}/${runKey}`,
      });
    const opened = wanted.runKey ? await open(wanted.runKey) : await openByTime(open, now);
    if (!opened.isNew) {
      assertSameSettings(opened.run, wanted);
      return { ...opened, wakeUp: undefined };
    }
    await addAudit(trx, {
      personId: actor.personId,
      action: "start_run",
      model: wanted.model,
      subject: `run ${opened.run.id}`,
      detail: { baselineOnly: wanted.baselineOnly, fresh: wanted.fresh },
    });
    const id = await addWakeUp(trx, { workflowId: opened.run.workflow_id, signal: START });
    return { ...opened, wakeUp: id };
  });
  if (wakeUp) await wakeNow(context, wakeUp);
  const others = (await listOpenRuns(context.database.db, run.model)).filter(({ id }) => id !== run.id);
  return {
    runId: run.id,
    workflowId: run.workflow_id,
    isNew,
    alsoOpen: others.map(({ id, state }) => ({ runId: id, state })),
  };
}

/** `20261124T030000`, or `20261124T030000-2` for the second run of a second: without a key, each start is a run. */
async function openByTime(
  open: (runKey: string) => ReturnType<typeof insertRun>,
  now: Date,
): ReturnType<typeof insertRun> {
  const second = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  for (let count = 1; ; count++) {
    const opened = await open(count === 1 ? second : `${second}-${count}`);
    if (opened.isNew) return opened;
  }
}

function assertSameSettings(run: RunRow, wanted: NewRun): void {
  if (run.baseline_only === wanted.baselineOnly && run.fresh === wanted.fresh) return;
  throw new Conflict(
    `run "${run.id}": its run key was used before with baselineOnly ${run.baseline_only} and fresh ${run.fresh}; choose another key`,
  );
}
