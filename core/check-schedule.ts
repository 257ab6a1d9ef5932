/** Whether the schedule's last tick left a run: what never began fails nowhere else. */
import { Cron } from "croner";
import type { MonitorCheck } from "./api.ts";
import type { Definition } from "./definition.ts";
import { durationMs, formatDuration } from "./duration.ts";
import { offsetMs } from "./zoned-time.ts";

export type Schedule = NonNullable<Definition["schedule"]>;

/** A tick that came as late as it may still has a run to open. */
const GRACE_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;

/** What the runs tell of a tick. */
export interface TickSeen {
  /** When it was due. */
  tick: Date;
  /** The newest scheduled run since an hour before it. */
  run: string | undefined;
  /** A run that was at work when it was due, so that it was left out or waits. */
  atWork: string | undefined;
  /** An incident about which scheduled runs were held when it was due. */
  held: number | undefined;
}

/** The newest tick that must have come by `at`, its catch-up window over; undefined when none was due since `appliedAt`. */
export function newestDueTick(
  { cron, timeZone, catchUpWindow }: Schedule,
  appliedAt: Date,
  at: Date,
): Date | undefined {
  const latestMs = at.getTime() - durationMs(catchUpWindow) - GRACE_MS;
  // Temporal has a tick only when the day of the month and the weekday both fit.
  const ticks = new Cron(cron, { timezone: timeZone, domAndDow: true });
  // croner looks before a whole second
  const tick = ticks.previousRuns(2, new Date(latestMs + 1_000)).find((one) => one.getTime() <= latestMs);
  return tick && tick > appliedAt ? tick : undefined;
}

export function checkSchedule(
  model: string,
  { cron, timeZone }: Schedule,
  seen: TickSeen,
  at: Date,
): MonitorCheck {
  const base = {
    ...{ id: "schedule", title: "The schedule opens runs" },
    ...{ threshold: `${cron} (${timeZone})`, cause: "schedule" },
  };
  const age = formatDuration(at.getTime() - seen.tick.getTime());
  const due = `The tick due ${age} ago (${seen.tick.toISOString()})`;
  if (seen.run !== undefined)
    return { ...base, verdict: "pass", value: age, explanation: `${due} opened run ${seen.run}.` };
  if (seen.atWork !== undefined)
    return {
      ...{ ...base, verdict: "pass", value: age },
      explanation: `${due} opened no run, since run ${seen.atWork} was at work.`,
    };
  if (seen.held !== undefined)
    return {
      ...{ ...base, verdict: "pass", value: age },
      explanation: `${due} opened no run, since incident ${seen.held} held scheduled runs.`,
    };
  if (clocksChangeAround(timeZone, seen.tick))
    return {
      ...{ ...base, verdict: "inconclusive", value: age },
      explanation: `${due} opened no run; the clocks were changed around it, and may have left it out.`,
    };
  return {
    ...{ ...base, verdict: "fail", value: age },
    explanation: `${due} opened no run: see in Temporal whether nightly/${model} is paused, or apply the definition again.`,
  };
}

function clocksChangeAround(timeZone: string, tick: Date): boolean {
  const around = (hours: number) => offsetMs(timeZone, tick.getTime() + hours * HOUR_MS);
  return around(-3) !== around(3);
}
