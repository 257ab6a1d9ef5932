import type { ExperimentAlert, IncidentAlert } from "./alert-words.ts";
import type { AlertChannel } from "./definition-alerts.ts";
import { endOfHours } from "./working-hours.ts";

/**
 * When a channel's quiet hours end that hold this alert back now; undefined when it may come. What came of an incident that a channel
 * knows comes at any time, since it asks nobody for anything. What is told of an experiment waits as a warning does.
 */
export function findQuietEnd(
  { quietHours }: Pick<AlertChannel, "quietHours">,
  alert: Pick<IncidentAlert, "type" | "incident"> | Pick<ExperimentAlert, "notice">,
  now: Date,
): Date | undefined {
  if ("notice" in alert)
    return quietHours?.severity.includes("warn") ? endOfHours(now, quietHours) : undefined;
  const { type, incident } = alert;
  if (!quietHours?.severity.includes(incident.severity)) return undefined;
  if (type !== "holt.incident.opened" && type !== "holt.incident.escalated") return undefined;
  return endOfHours(now, quietHours);
}
