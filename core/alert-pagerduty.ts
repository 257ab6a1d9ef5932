/** An alert as an event of PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview). */
import { type Alert, alertWords } from "./alert-words.ts";

/** PagerDuty's limit of a summary. */
const LONGEST_SUMMARY = 1_024;

export type PagerDutyEvent = {
  event_action: "trigger" | "acknowledge" | "resolve";
  dedup_key: string;
} & Record<string, unknown>;

const ACTIONS = {
  "holt.incident.opened": "trigger",
  "holt.incident.acknowledged": "acknowledge",
  "holt.incident.resolved": "resolve",
} as const;

/** @param dedupKey by which PagerDuty knows that events are of one incident */
export function pagerDutyEvent(alert: Alert, dedupKey: string): PagerDutyEvent {
  const { type, incident, owner, link } = alert;
  const event = { event_action: ACTIONS[type], dedup_key: dedupKey };
  if (event.event_action !== "trigger") return event;
  const { details } = alertWords(alert);
  return {
    ...event,
    client: "Holt",
    client_url: link,
    links: [{ href: link, text: "The incident in Holt" }],
    payload: {
      summary: incident.title.slice(0, LONGEST_SUMMARY),
      source: incident.model,
      severity: incident.severity === "warn" ? "warning" : "error",
      timestamp: incident.openedAt,
      component: incident.cause,
      group: incident.model,
      custom_details: { checks: details, ...(owner === undefined ? {} : { owner }) },
    },
  };
}
