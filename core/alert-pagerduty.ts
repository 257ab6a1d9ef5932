/** An alert as an event of PagerDuty's Events API v2 (https://developer.pagerduty.com/docs/events-api-v2-overview). */
import { type Alert, alertWords, type IncidentAlert, type TestAlert } from "./alert-words.ts";
import { ALERT_TEST } from "./incident-event.ts";

/** PagerDuty's limit of a summary. */
const LONGEST_SUMMARY = 1_024;

export type PagerDutyEvent = {
  event_action: "trigger" | "acknowledge" | "resolve";
  dedup_key: string;
} & Record<string, unknown>;

const ACTIONS = {
  "holt.incident.opened": "trigger",
  "holt.incident.escalated": "trigger",
  // said anew with what was done; whoever has it on their pager is not called again
  "holt.incident.acted": "trigger",
  "holt.incident.acknowledged": "acknowledge",
  "holt.incident.resolved": "resolve",
} as const;

/**
 * The events of an alert, in order: one, or of a test its beginning and its end, so that nothing stays open there.
 * @param key by which PagerDuty knows that events are of one incident
 */
export function pagerDutyEvents(alert: Alert, key: string): PagerDutyEvent[] {
  if ("notice" in alert) return []; // nothing would end it there, so no such channel is told
  if (alert.type === ALERT_TEST) return [trigger(alert, key), { event_action: "resolve", dedup_key: key }];
  const action = ACTIONS[alert.type];
  return [action === "trigger" ? trigger(alert, key) : { event_action: action, dedup_key: key }];
}

function trigger(alert: IncidentAlert | TestAlert, key: string): PagerDutyEvent {
  const { model, details } = alertWords(alert);
  return {
    event_action: "trigger",
    dedup_key: key,
    client: "Holt",
    client_url: alert.link,
    links: [
      { href: alert.link, text: "Look at it in Holt" },
      ...(alert.type !== ALERT_TEST && alert.runbook !== undefined
        ? [{ href: alert.runbook, text: "Runbook" }]
        : []),
    ],
    payload: {
      source: model,
      group: model,
      ...(alert.type === ALERT_TEST ? ofTest(alert, details) : ofIncident(alert, details)),
    },
  };
}

function ofTest(alert: TestAlert, details: string[]) {
  return { summary: alertWords(alert).subject, severity: "info", custom_details: { details } };
}

function ofIncident({ incident, owner }: IncidentAlert, checks: string[]) {
  return {
    summary: incident.title.slice(0, LONGEST_SUMMARY),
    severity: incident.severity === "warn" ? "warning" : "error",
    timestamp: incident.openedAt,
    component: incident.cause,
    custom_details: { checks, ...(owner === undefined ? {} : { owner }) },
  };
}
