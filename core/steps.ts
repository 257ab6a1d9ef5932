/** The words of a run: its steps, their states, and what travels between workflow and activities. */
import type { JsonObject } from "./json.ts";

export const STEP_KINDS = [
  "ingest",
  "feature",
  "own_step",
  "split",
  "train",
  "evaluate",
  "choose",
  "qa",
  "review",
  "deploy",
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** `reused` is done without work; `needs_attention` waits for a person after its last retry. */
export const STEP_STATES = [
  "waiting",
  "running",
  "done",
  "reused",
  "skipped",
  "needs_attention",
  "cancelled",
] as const;
export type StepState = (typeof STEP_STATES)[number];

/** `waiting_for_review` and `needs_attention` wait for a person; the last three have ended. */
export const RUN_STATES = [
  "running",
  "waiting_for_review",
  "needs_attention",
  "finished",
  "aborted",
  "failed",
] as const;
export type RunState = (typeof RUN_STATES)[number];

/**
 * `rolled_back`: its version was tried beside the live one, and a check or a person ended that.
 * `failed`: the run could not be planned, or its workflow broke; the reason says which.
 */
export const RUN_OUTCOMES = [
  "deployed",
  "rolled_back",
  "no_change",
  "rejected",
  "expired",
  "superseded",
  "qa_failed",
  "aborted",
  "failed",
] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];

export const STEP_ANSWERS = ["retry", "skip", "abort"] as const;
export type StepAnswer = (typeof STEP_ANSWERS)[number];

/** One node of a run's graph. `name` is `kind:what`, as in `ingest:ratings`; `after` names nodes of the same graph. */
export interface GraphNode {
  name: string;
  kind: StepKind;
  after: string[];
  skippable: boolean;
}

/** What a workflow hands an activity: which step of which run. All else is read from PostgreSQL. */
export interface StepRef {
  runId: string;
  step: string;
}

/** What an activity hands back, and what the step's row keeps: a sentence and counts, never rows. */
export interface StepResult {
  /** What it found, for a person: `100,004 rows kept, 0 set aside`. */
  summary: string;
  /** Rows read or written, where the step has any. */
  rows?: number;
  /** References and counts that later steps read: snapshot ids, digests, metrics. */
  detail: JsonObject;
}

export interface StepOutcome {
  reused: boolean;
}

/** Everything the workflow needs to tell the story; some hundred bytes a node. */
export interface RunPlan {
  model: string;
  nodes: GraphNode[];
  parallel: number;
  reviewWaitMs: number;
}
