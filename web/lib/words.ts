/** What states and verdicts are called, and how they look: never by colour alone. */
import type { Channel, ReviewState, RolloutStage, RunSummary } from "../../core/api.ts";
import type { Check, CheckGroup, Verdict } from "../../core/qa-report.ts";
import type { RunOutcome, RunState, StepKind, StepState } from "../../core/steps.ts";

export type Tone = "quiet" | "busy" | "good" | "warn" | "bad" | "person";
export type IconName =
  | "dot"
  | "ring"
  | "busy"
  | "check"
  | "reuse"
  | "skip"
  | "alert"
  | "cross"
  | "person"
  | "question";

export interface Look {
  label: string;
  tone: Tone;
  icon: IconName;
}

const STEP_LOOKS: Record<StepState, Look> = {
  waiting: { label: "Waiting", tone: "quiet", icon: "ring" },
  running: { label: "Running", tone: "busy", icon: "busy" },
  done: { label: "Done", tone: "good", icon: "check" },
  reused: { label: "Reused", tone: "good", icon: "reuse" },
  skipped: { label: "Skipped", tone: "quiet", icon: "skip" },
  needs_attention: { label: "Needs attention", tone: "bad", icon: "alert" },
  cancelled: { label: "Cancelled", tone: "quiet", icon: "cross" },
};

export const RUN_LOOKS: Record<RunState, Look> = {
  running: { label: "Running", tone: "busy", icon: "busy" },
  waiting_for_review: { label: "Waits for review", tone: "person", icon: "person" },
  needs_attention: { label: "Needs attention", tone: "bad", icon: "alert" },
  finished: { label: "Finished", tone: "good", icon: "check" },
  aborted: { label: "Aborted", tone: "quiet", icon: "cross" },
  failed: { label: "Failed", tone: "bad", icon: "cross" },
};

/** How a step stands; a review that is open runs nothing, it waits for a person. */
export function stepLook({ kind, state }: { kind: StepKind; state: StepState }): Look {
  return kind === "review" && state === "running" ? RUN_LOOKS.waiting_for_review : STEP_LOOKS[state];
}

const OUTCOME_LOOKS: Record<RunOutcome, Look> = {
  deployed: { label: "Deployed", tone: "good", icon: "check" },
  rolled_back: { label: "Rolled back", tone: "bad", icon: "alert" },
  no_change: { label: "No change", tone: "quiet", icon: "dot" },
  rejected: { label: "Rejected", tone: "warn", icon: "person" },
  expired: { label: "Review expired", tone: "warn", icon: "ring" },
  superseded: { label: "Superseded", tone: "quiet", icon: "skip" },
  qa_failed: { label: "Stopped by QA", tone: "bad", icon: "alert" },
  aborted: { label: "Aborted", tone: "quiet", icon: "cross" },
  failed: { label: "Failed", tone: "bad", icon: "cross" },
};

export const STAGE_LOOKS: Record<RolloutStage["state"], Look> = {
  running: { label: "Under way", tone: "busy", icon: "busy" },
  held: { label: "Waits for an answer", tone: "person", icon: "person" },
  passed: { label: "Passed", tone: "good", icon: "check" },
  failed: { label: "Failed", tone: "bad", icon: "cross" },
  ended: { label: "Ended", tone: "quiet", icon: "cross" },
};

/** What a run came to; while it is under way, or failed, its state. */
export function runLook(run: Pick<RunSummary, "state" | "outcome">): Look {
  return run.state === "finished" && run.outcome ? OUTCOME_LOOKS[run.outcome] : RUN_LOOKS[run.state];
}

export const VERDICT_LOOKS: Record<Verdict, Look> = {
  pass: { label: "Passed", tone: "good", icon: "check" },
  fail: { label: "Failed", tone: "bad", icon: "cross" },
  inconclusive: { label: "Cannot tell", tone: "warn", icon: "question" },
};

/** A failed warning stops nothing: the person who decides weighs it. */
export function checkLook({ verdict, severity }: Pick<Check, "verdict" | "severity">): Look {
  if (verdict === "fail" && severity === "warn") return { label: "To weigh", tone: "warn", icon: "alert" };
  return VERDICT_LOOKS[verdict];
}

/** The parts of a report as its readers call them, in the order in which they are told. */
export const GROUP_WORDS: Record<CheckGroup, string> = {
  case: "Cases that matter to managers",
  must_have: "Items that must be shown",
  forbidden: "Items that must not be shown",
  coverage: "How much is reached",
  slice: "Groups of people",
  extreme: "Extreme cases",
  behaviour: "How lists behave",
  soundness: "Soundness of the answers",
};

export const REVIEW_LOOKS: Record<ReviewState, Look> = {
  open: { label: "Waits for a decision", tone: "person", icon: "person" },
  changes_requested: { label: "Changes requested", tone: "warn", icon: "question" },
  approved: { label: "Approved", tone: "good", icon: "check" },
  rejected: { label: "Rejected", tone: "warn", icon: "cross" },
  expired: { label: "Expired", tone: "quiet", icon: "ring" },
  superseded: { label: "Superseded", tone: "quiet", icon: "skip" },
  stopped: { label: "Not asked for", tone: "quiet", icon: "ring" },
};

/** Whether somebody may still decide. */
export function isOpen(state: ReviewState): boolean {
  return state === "open" || state === "changes_requested";
}

/** Through which door a decision came. */
export const CHANNEL_WORDS: Record<Channel, string> = {
  page: "on this page",
  cli: "by the command line",
  api: "by a program, over HTTP",
  slack: "in Slack",
  code: "from Temporal, by a one-time code",
  rule: "by a rule of the definition, nobody was asked",
};

/** What began a run that no person did. */
export const STARTED_BY: Record<RunSummary["trigger"], string | null> = {
  person: null,
  schedule: "the schedule",
  incident: "Holt, about an incident",
};

export const INCIDENT_LOOKS: Record<"open" | "acknowledged" | "resolved", Look> = {
  open: { label: "Open", tone: "bad", icon: "alert" },
  acknowledged: { label: "Acknowledged", tone: "warn", icon: "person" },
  resolved: { label: "Resolved", tone: "good", icon: "check" },
};

export const KIND_WORDS: Record<StepKind, string> = {
  ingest: "ingest",
  feature: "feature",
  own_step: "own step",
  split: "split",
  train: "train",
  evaluate: "evaluate",
  choose: "choose",
  qa: "QA checks",
  review: "review",
  deploy: "deploy",
};

/** What a step is about, without its kind: `als` of `train:als`. */
export function shortStepName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
