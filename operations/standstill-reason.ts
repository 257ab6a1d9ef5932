/** Why a monitor does not look, asked of Temporal: for whoever is woken by it. */
import type { Client } from "@temporalio/client";
import { countWorkers, loadTemporal, withDeadline } from "./temporal.ts";

const LOOK_TIMEOUT_MS = 3_000;
/** A look that was begun so lately may still leave something. */
const BEGUN_WITHIN_MS = 10 * 60_000;

/**
 * In words and with a remedy. Where nothing hinders a look, as after an outage, it has one begin, and is undefined until that should
 * have ended. Never throws: that Temporal cannot be asked is a reason, too.
 */
export async function standstillReason(
  temporal: Client | undefined,
  model: string,
): Promise<string | undefined> {
  if (!temporal) return "this server has no Temporal; set TEMPORAL_ADDRESS";
  const { ScheduleNotFoundError } = loadTemporal();
  const id = `monitor/${model}`;
  try {
    return await withDeadline(temporal, () => lookFor(temporal, id), LOOK_TIMEOUT_MS);
  } catch (error) {
    if (error instanceof ScheduleNotFoundError)
      return `Temporal has no schedule ${id}; apply the definition again with "holt apply"`;
    return `Temporal cannot be reached (${(error as Error).message}); start it`;
  }
}

async function lookFor(temporal: Client, id: string): Promise<string | undefined> {
  const schedule = temporal.schedule.getHandle(id);
  const { state, info } = await schedule.describe();
  if (state.paused)
    return `its schedule ${id} is paused in Temporal${state.note ? ` ("${state.note}")` : ""}; unpause it there`;
  if ((await countWorkers(temporal)) === 0) return "no worker asks Temporal for work; start one";
  const begunAt = info.recentActions.at(-1)?.takenAt;
  const isRecent = begunAt !== undefined && Date.now() - begunAt.getTime() < BEGUN_WITHIN_MS;
  const [running] = info.runningActions;
  if (running)
    return isRecent
      ? undefined
      : `its workflow ${running.workflow.workflowId} has not ended; see there in Temporal what it waits for`;
  if (isRecent) return `its workflow leaves nothing; see ${id} in Temporal`;
  await schedule.trigger();
  return undefined;
}
