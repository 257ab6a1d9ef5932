/** What people are told of an incident, in words that all channels share. */
import type { Incident } from "./api.ts";
import type { ExperimentEventType, ExperimentNotice } from "./experiment-event.ts";
import { actionSentence } from "./incident-action-words.ts";
import { ALERT_TEST, type AlertTest, type IncidentEventType } from "./incident-event.ts";

/** Symptoms that a message tells; the page has all. */
const MOST_SYMPTOMS = 8;

export interface IncidentAlert {
  type: IncidentEventType;
  /** As it stood when this happened. */
  incident: Incident;
  /** Who looks after what is behind it. */
  owner: string | undefined;
  /** Where it stands what to do. */
  runbook?: string | undefined;
  /** Leads to the incident, and opens nothing by itself. */
  link: string;
}

/** Marked as such in every channel. */
export interface TestAlert {
  type: typeof ALERT_TEST;
  test: AlertTest;
  /** Leads to the incidents. */
  link: string;
}

export interface ExperimentAlert {
  type: ExperimentEventType;
  notice: ExperimentNotice;
  /** Leads to the experiment. */
  link: string;
}

export type Alert = IncidentAlert | ExperimentAlert | TestAlert;

export interface AlertWords {
  model: string;
  /** One line. */
  subject: string;
  /** What was found, each in a sentence or two. */
  details: string[];
  /** What it is, as pairs of a word and a value. */
  facts: [word: string, value: string][];
}

/** Where a person looks at an experiment. */
export function experimentLink(serverUrl: string, id: string): string {
  return `${serverUrl.replace(/\/+$/, "")}/experiments/${encodeURIComponent(id)}`;
}

/** Where a person looks at an incident; at all of them without its number. */
export function incidentLink(serverUrl: string, id?: number): string {
  return `${serverUrl.replace(/\/+$/, "")}/incidents${id === undefined ? "" : `/${id}`}`;
}

export function alertWords(alert: Alert): AlertWords {
  if ("notice" in alert) return experimentWords(alert);
  return alert.type === ALERT_TEST ? testWords(alert) : incidentWords(alert);
}

function testWords({ test: { model, channel, requestedBy } }: TestAlert): AlertWords {
  return {
    model,
    subject: `[test] ${model}: alerts come through`,
    details: [
      `${requestedBy} wanted to know whether alerts of ${model} reach this channel. Nothing is wrong, and nothing is to be done.`,
    ],
    facts: [
      ["Model", model],
      ["Channel", channel],
    ],
  };
}

function experimentWords({ type, notice }: ExperimentAlert): AlertWords {
  const { experiment, model, hypothesis, arm, verdict, reason, waitsFor } = notice;
  const subject = {
    "holt.experiment.blocked": `Experiment ${experiment} is blocked: nothing can be read from it`,
    "holt.experiment.arm_stopped": `Experiment ${experiment}: arm ${arm} was ended for harm`,
    "holt.experiment.ready": `Experiment ${experiment}: arm ${arm} may be shipped, and waits for a person`,
    "holt.experiment.ended": `Experiment ${experiment} has ended: ${verdict}${verdict === "ship" ? ` arm ${arm}` : ""}`,
  }[type];
  return {
    model,
    subject,
    details: [`${reason}.`, ...(waitsFor === null ? [] : [`To be done: ${waitsFor}.`])],
    facts: [
      ["Model", model],
      ["Verdict", verdict],
      ["Hypothesis", hypothesis],
    ],
  };
}

function incidentWords({ type, incident, owner, runbook }: IncidentAlert): AlertWords {
  const { severity, title, symptoms, acknowledgedBy, model } = incident;
  const subject = {
    "holt.incident.opened": `[${severity}] ${title}`,
    "holt.incident.escalated": `[${severity}] Nobody has looked after it since ${momentWords(incident.openedAt)}: ${title}`,
    "holt.incident.acted": `Holt acted on it: ${title}`,
    "holt.incident.acknowledged": `${acknowledgedBy ?? "Somebody"} looks after it: ${title}`,
    "holt.incident.resolved": `Resolved: ${title}`,
  }[type];
  const isNews = type === "holt.incident.opened" || type === "holt.incident.escalated";
  const told = isNews ? symptoms.slice(0, MOST_SYMPTOMS) : [];
  const more = isNews ? symptoms.length - told.length : 0;
  return {
    model,
    subject,
    details: [
      ...(incident.actions ?? []).map((action) => `Done by Holt, ${actionSentence(action)}.`),
      ...told.map((symptom) => `${symptom.title}: ${symptom.explanation}`),
      ...(more > 0 ? [`${more} more checks fail.`] : []),
    ],
    facts: [
      ["Model", model],
      ["Cause", incident.cause],
      ["Severity", severity],
      ...(owner === undefined ? [] : [["Owner", owner] as [string, string]]),
      ["Opened", momentWords(incident.openedAt)],
      ...(runbook === undefined ? [] : [["Runbook", runbook] as [string, string]]),
    ],
  };
}

/** A time as all who read it understand it. */
function momentWords(at: string): string {
  return `${at.slice(0, 16).replace("T", " ")} UTC`;
}
