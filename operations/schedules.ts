import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from "@temporalio/client";
import type { Definition } from "../core/definition.ts";
import { durationMs } from "../core/duration.ts";
import { TASK_QUEUES } from "../core/task-queues.ts";

/** After an outage one look is enough, and the next one is due within the interval. */
const MONITOR_CATCH_UP_MS = 60_000;

export interface ScheduleChange {
  /** `nightly/movies`, `monitor/movies`; in Temporal too. */
  id: string;
  change: "created" | "updated" | "deleted";
}

/** Makes Temporal's schedules of a model what its definition says. Says what it did; again it only updates. */
export async function setSchedules(temporal: Client, definition: Definition): Promise<ScheduleChange[]> {
  const nightly = nightlySchedule(definition);
  const changes = [
    nightly ? await put(temporal, nightly) : await remove(temporal, `nightly/${definition.name}`),
    await put(temporal, monitorSchedule(definition)),
  ];
  return changes.filter((change) => change !== undefined);
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

function startOf(workflowType: "nightly" | "monitor", model: string): ScheduleOptions["action"] {
  return {
    type: "startWorkflow",
    workflowType,
    workflowId: `${workflowType}/${model}`,
    taskQueue: TASK_QUEUES.pipeline,
    args: [{ model }],
  };
}

/** An update replaces every field but the state: one that a person paused in Temporal stays paused. */
async function put(temporal: Client, wanted: ScheduleOptions): Promise<ScheduleChange> {
  const id = wanted.scheduleId;
  try {
    await temporal.schedule.create(wanted);
    return { id, change: "created" };
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const { spec, action, policies } = wanted;
  await temporal.schedule
    .getHandle(id)
    .update(({ state }) => ({ spec, action, state, ...(policies ? { policies } : {}) }));
  return { id, change: "updated" };
}

async function remove(temporal: Client, id: string): Promise<ScheduleChange | undefined> {
  try {
    await temporal.schedule.getHandle(id).delete();
    return { id, change: "deleted" };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}
