/** Monitors that should have looked and did not: what nobody would notice otherwise. */
import type { MonitorCheck } from "./api.ts";
import { durationMs, formatDuration } from "./duration.ts";

/** What incidents of it are put down to. A look of the monitor ends them. */
const STANDSTILL_CAUSE = "monitor";

/** A look writes its row when it is done, so one that is due may take this long. */
const LEAST_GRACE_MS = 10 * 60_000;

export interface WatchedMonitor {
  model: string;
  /** How often it should look, as in `1 h`. */
  every: string;
  /** When it looked last; undefined before the first time. */
  lastAt: Date | undefined;
  /** When the definition was applied, with which its schedule was set. */
  appliedAt: Date;
}

/**
 * How long a monitor has not looked, in milliseconds, once that is longer than half as long again as its interval, and at least
 * 10 minutes longer; undefined while it is in time.
 */
export function standstillMs(monitor: Omit<WatchedMonitor, "model">, now: Date): number | undefined {
  const everyMs = durationMs(monitor.every);
  const since = Math.max(monitor.lastAt?.getTime() ?? 0, monitor.appliedAt.getTime());
  const ageMs = now.getTime() - since;
  return ageMs > everyMs + Math.max(everyMs / 2, LEAST_GRACE_MS) ? ageMs : undefined;
}

/**
 * The incident of a monitor that stands still.
 * @param why in words and with a remedy, as in "no worker asks Temporal for work; start one"
 */
export function describeStandstill(
  { model, every, lastAt }: WatchedMonitor,
  ageMs: number,
  why: string,
): { title: string; symptom: MonitorCheck } {
  const age = formatDuration(ageMs);
  const words = `monitor has not looked for ${age}, promised every ${every}: ${why}`;
  return {
    title: `${model}: the ${words}`,
    symptom: {
      id: "monitor",
      title: "The monitor looks at the model",
      verdict: "fail",
      value: lastAt ? age : "never",
      threshold: `every ${every}`,
      explanation: `The ${words}. Until it looks again, nothing else would be noticed.`,
      cause: STANDSTILL_CAUSE,
    },
  };
}
