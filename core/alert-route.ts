/** Which channels are told of an incident. */

import type { Definition } from "./definition.ts";
import type { AlertChannel, AlertRoute, Alerts } from "./definition-alerts.ts";
import type { IncidentSeverity } from "./incident-severity.ts";
import { isWithin } from "./working-hours.ts";

/** Name of the channel that `alerts.webhook` is. */
export const WEBHOOK_CHANNEL = "webhook";

/** Every channel by its name. */
export function channelsOf({ webhook, channels = {} }: Alerts): Map<string, AlertChannel> {
  return new Map([
    ...(webhook ? [[WEBHOOK_CHANNEL, { kind: "webhook" as const, ...webhook }] as const] : []),
    ...Object.entries(channels),
  ]);
}

/**
 * Names of the channels that are told of an incident, in the definition's order: those of each route that fits, and all of them
 * when none does, so that nothing goes nowhere.
 */
export function routeAlert(
  alerts: Alerts,
  incident: { severity: IncidentSeverity; owner: string | undefined; openedAt: Date },
): string[] {
  const fitting = Object.values(alerts.routes ?? {}).filter((route) => fits(route, incident));
  const chosen = new Set(fitting.flatMap(({ to }) => to));
  return [...channelsOf(alerts).keys()].filter((name) => chosen.size === 0 || chosen.has(name));
}

/** Who is asked about a cause: the owner of the source that is behind it, else the model's. */
export function ownerOf(
  { sources, owner }: Pick<Definition, "sources" | "owner">,
  cause: string,
): string | undefined {
  const source = cause.startsWith("source:") ? sources[cause.slice("source:".length)] : undefined;
  return source?.owner ?? owner;
}

/** Where it stands what to do about a cause: the runbook of the source that is behind it, else the model's. */
export function runbookOf(
  { sources, runbook }: Pick<Definition, "sources" | "runbook">,
  cause: string,
): string | undefined {
  const source = cause.startsWith("source:") ? sources[cause.slice("source:".length)] : undefined;
  return source?.runbook ?? runbook;
}

function fits(route: AlertRoute, { severity, owner, openedAt }: Parameters<typeof routeAlert>[1]): boolean {
  if (route.severity && !route.severity.includes(severity)) return false;
  if (route.owner && (owner === undefined || !route.owner.includes(owner))) return false;
  return route.hours === undefined || isWithin(openedAt, route.hours);
}
