/** What people are told of an experiment, by the channels of the model's alerts. */

export type ExperimentEventType =
  /** A sample-ratio mismatch: nothing is read from it any more. */
  | "holt.experiment.blocked"
  /** One of several arms was ended for harm. */
  | "holt.experiment.arm_stopped"
  /** An arm may be shipped, and a person is to confirm it. */
  | "holt.experiment.ready"
  /** Holt ended it, by its plan. */
  | "holt.experiment.ended";

/** Nothing of any unit's own is in it. */
export interface ExperimentNotice {
  experiment: string;
  model: string;
  hypothesis: string;
  /** The arm that it is about; null of all. */
  arm: string | null;
  /** Of the last look. */
  verdict: string;
  /** One sentence. */
  reason: string;
  /** What a person is to do; null when nothing. */
  waitsFor: string | null;
}

/** What a webhook carries: a CloudEvent 1.0 in structured JSON. */
export interface ExperimentEvent {
  specversion: "1.0";
  /** The same at each attempt to deliver it. */
  id: string;
  source: string;
  type: ExperimentEventType;
  subject: string;
  time: string;
  datacontenttype: "application/json";
  data: ExperimentNotice;
}

/** @param time ISO 8601 */
export function experimentEvent(
  id: string,
  type: ExperimentEventType,
  time: string,
  notice: ExperimentNotice,
): ExperimentEvent {
  return {
    specversion: "1.0",
    id,
    source: `/models/${notice.model}`,
    type,
    subject: `experiment/${notice.experiment}`,
    time,
    datacontenttype: "application/json",
    data: notice,
  };
}
