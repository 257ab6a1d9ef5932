import type { IncidentAlert } from "./alert-words.ts";
import type { AlertChannel } from "./definition-alerts.ts";
import { endOfHours } from "./working-hours.ts";

/**
 * When a channel's quiet hours end that hold this alert back now; undefined when it may come. What came of an incident that a channel
 * knows comes at any time, since it asks nobody for anything.
 */
export function findQuietEnd(
  { quietHours }: Pick<AlertChannel, "quietHours">,
  { type, incident }: Pick<IncidentAlert, "type" | "incident">,
  now: Date,
): Date | undefined {
  if (!quietHours?.severity.includes(incident.severity)) return undefined;
  if (type !== "holt.incident.opened" && type !== "holt.incident.escalated") return undefined;
  return endOfHours(now, quietHours);
}
