import type { Incident } from "./api.ts";

export type IncidentEventType =
  | "holt.incident.opened"
  | "holt.incident.acknowledged"
  | "holt.incident.resolved";

/** What a webhook carries: a CloudEvent 1.0 in structured JSON, with the incident as its data. */
export interface IncidentEvent {
  specversion: "1.0";
  /** The same at each attempt to deliver it. */
  id: string;
  source: string;
  type: IncidentEventType;
  subject: string;
  time: string;
  datacontenttype: "application/json";
  data: Incident;
}

/** @param time when the monitor saw it, ISO 8601 */
export function incidentEvent(
  id: string,
  type: IncidentEventType,
  time: string,
  incident: Incident,
): IncidentEvent {
  return {
    specversion: "1.0",
    id,
    source: `/models/${incident.model}`,
    type,
    subject: `incident/${incident.id}`,
    time,
    datacontenttype: "application/json",
    data: incident,
  };
}
