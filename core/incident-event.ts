import type { Incident } from "./api.ts";
import type { ExperimentEventType } from "./experiment-event.ts";

export type IncidentEventType =
  | "holt.incident.opened"
  /** Nobody looked after it in time. */
  | "holt.incident.escalated"
  /** Holt did something about it after people were told of its beginning. */
  | "holt.incident.acted"
  | "holt.incident.acknowledged"
  | "holt.incident.resolved";
/** Sent when a person wants to know whether alerts come through. */
export const ALERT_TEST = "holt.alert.test";
export type AlertEventType = IncidentEventType | ExperimentEventType | typeof ALERT_TEST;

/** What a webhook carries: a CloudEvent 1.0 in structured JSON. */
interface AlertEvent<Type extends AlertEventType, Data> {
  specversion: "1.0";
  /** The same at each attempt to deliver it. */
  id: string;
  source: string;
  type: Type;
  subject: string;
  time: string;
  datacontenttype: "application/json";
  data: Data;
}

export type IncidentEvent = AlertEvent<IncidentEventType, Incident>;
export type AlertTestEvent = AlertEvent<typeof ALERT_TEST, AlertTest>;

export interface AlertTest {
  model: string;
  channel: string;
  /** Who wants to know. */
  requestedBy: string;
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

/** @param time ISO 8601 */
export function alertTestEvent(id: string, time: string, test: AlertTest): AlertTestEvent {
  return {
    specversion: "1.0",
    id,
    source: `/models/${test.model}`,
    type: ALERT_TEST,
    subject: `channel/${test.channel}`,
    time,
    datacontenttype: "application/json",
    data: test,
  };
}
