/** How bad an incident is: whom it wakes. */
import type { MonitorCheck } from "./api.ts";

export const INCIDENT_SEVERITIES = ["error", "warn"] as const;
export type IncidentSeverity = (typeof INCIDENT_SEVERITIES)[number];

/** What tells of data that will be missing, or of work that waits: nobody is served worse yet. */
const AHEAD = ["schedule", "freshness:", "volume:", "rows:", "values:", "range:", "nulls:", "batch:"];

/**
 * `error` once people get something worse, or nobody would notice if they did: a failed check of what is served, of reach,
 * gaps and scores, or a monitor that stands still. `warn` while only a source, the schedule or a waiting batch is at fault.
 */
export function severityOf(symptoms: readonly MonitorCheck[]): IncidentSeverity {
  const failed = symptoms.filter(({ verdict }) => verdict === "fail");
  return failed.some(({ id }) => !AHEAD.some((start) => id.startsWith(start))) ? "error" : "warn";
}
