import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from "@temporalio/client";
import type { Definition } from "../core/definition.ts";
import { durationMs } from "../core/duration.ts";
import { InvalidInput } from "../core/errors.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { withDeadline } from "./temporal.ts";

/** After an outage one look is enough, and the next one is due within the interval. */
const MONITOR_CATCH_UP_MS = 60_000;

/** As a nightly run's, when its definition says nothing else. */
const BATCH_CATCH_UP_MS = 3_600_000;

export interface ScheduleChange {
  /** `nightly/movies`, `monitor/movies`; in Temporal too. */
  id: string;
  change: "created" | "updated" | "deleted";
}

export interface SetSchedules {
  changes: ScheduleChange[];
  /** Makes them what they were; for whoever fails afterwards. */
  undo(): Promise<void>;
}

/** What was done to one schedule; without a change where there was nothing to do. */
interface Done {
  change?: ScheduleChange;
  undo?: () => Promise<unknown>;
}

/**
 * Makes Temporal's schedules of a model what its definition says. Says what it did; again it only updates. All of them
 * or none: when one fails, those before it are made what they were.
 * @throws {InvalidInput} Temporal refuses a setting
 */
export async function setSchedules(temporal: Client, definition: Definition): Promise<SetSchedules> {
  const nightly = nightlySchedule(definition);
  const batch = batchSchedule(definition);
  const done: Done[] = [];
  const undo = async () => {
    for (const one of done.splice(0).reverse()) await one.undo?.();
  };
  try {
    done.push(
      nightly
        ? await put(temporal, nightly, "schedule")
        : await remove(temporal, `nightly/${definition.name}`),
    );
    done.push(await put(temporal, monitorSchedule(definition), "monitor.every"));
    done.push(
      batch
        ? await put(temporal, batch, "deployment.schedule")
        : await remove(temporal, `batch/${definition.name}`),
    );
  } catch (error) {
    // Each has a deadline of its own. What cannot be undone, as with a Temporal that is gone, the next apply mends.
    await withDeadline(temporal, undo).catch(() => {});
    throw error;
  }
  return { changes: done.flatMap(({ change }) => change ?? []), undo };
}

function nightlySchedule({ name, schedule }: Definition): ScheduleOptions | undefined {
  if (!schedule) return undefined;
  return {
    scheduleId: `nightly/${name}`,
    spec: { cronExpressions: [schedule.cron], timezone: schedule.timeZone },
    action: startOf("nightly", name),
    policies: {
      // A tick only opens a run and ends, so `overlap` is about ticks that start at the same time.
      overlap: schedule.overlap === "skip" ? ScheduleOverlapPolicy.SKIP : ScheduleOverlapPolicy.BUFFER_ONE,
      catchupWindow: durationMs(schedule.catchUpWindow),
    },
  };
}

function monitorSchedule({ name, monitor }: Definition): ScheduleOptions {
  return {
    scheduleId: `monitor/${name}`,
    spec: { intervals: [{ every: durationMs(monitor.every) }] },
    action: startOf("monitor", name),
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: MONITOR_CATCH_UP_MS },
  };
}

/** A tick that comes while the last one's table is being scored is left out: the next one reads newer rows anyway. */
function batchSchedule({ name, deployment }: Definition): ScheduleOptions | undefined {
  if (deployment?.kind !== "batch" || !deployment.schedule) return undefined;
  return {
    scheduleId: `batch/${name}`,
    spec: { cronExpressions: [deployment.schedule.cron], timezone: deployment.schedule.timeZone },
    action: startOf("batch", name),
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: BATCH_CATCH_UP_MS },
  };
}

function startOf(workflowType: "nightly" | "monitor" | "batch", model: string): ScheduleOptions["action"] {
  return {
    type: "startWorkflow",
    workflowType,
    workflowId: `${workflowType}/${model}`,
    taskQueue: TASK_QUEUES.pipeline,
    args: [{ model }],
  };
}

/** An update replaces every field but the state: one that a person paused in Temporal stays paused. */
async function put(temporal: Client, wanted: ScheduleOptions, place: string): Promise<Done> {
  const id = wanted.scheduleId;
  const handle = temporal.schedule.getHandle(id);
  try {
    try {
      await temporal.schedule.create(wanted);
      return { change: { id, change: "created" }, undo: () => handle.delete() };
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
    const { spec, action, policies } = wanted;
    const before = await handle.describe();
    await handle.update(({ state }) => ({ spec, action, state, ...(policies ? { policies } : {}) }));
    const undo = () => handle.update(({ state }) => ({ ...contentOf(before), state }));
    return { change: { id, change: "updated" }, undo };
  } catch (error) {
    throw refused(error, place);
  }
}

async function remove(temporal: Client, id: string): Promise<Done> {
  const handle = temporal.schedule.getHandle(id);
  try {
    const before = await handle.describe();
    await handle.delete();
    const undo = () =>
      temporal.schedule.create({ scheduleId: id, ...contentOf(before), state: { ...before.state } });
    return { change: { id, change: "deleted" }, undo };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return {};
    throw error;
  }
}

function contentOf({ spec, action, policies }: ScheduleDescription) {
  return { spec, action, policies };
}

/** Core checks what it knows of; this is for what only this Temporal knows, as with its list of time zones. */
function refused(error: unknown, place: string): unknown {
  if (!(error instanceof TypeError)) return error; // the SDK's word for a time that Temporal does not take
  return new InvalidInput(`${place}: Temporal refuses it (${error.message}); correct it, then apply again`, {
    cause: error,
  });
}
