/** One step of a run: its attempt, and what a person says when it has failed for good. */
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
  TimeoutFailure,
} from "@temporalio/workflow";
import type { GraphNode, StepAnswer, StepKind } from "../core/steps.ts";
import type { Inbox } from "./inbox.ts";
import { paceLooks } from "./pace.ts";
import { note, pipelineWork, type StepProxy, scoringWork, trainingWork } from "./proxies.ts";

/** Kinds of steps that are one activity; the story tells the other two. */
const ACTIVITIES: Record<Exclude<StepKind, "review" | "deploy">, StepProxy> = {
  ingest: pipelineWork.ingestSource,
  feature: pipelineWork.buildFeature,
  own_step: pipelineWork.runOwnStep,
  split: pipelineWork.splitHistory,
  train: trainingWork.trainCandidate,
  evaluate: scoringWork.evaluateCandidate,
  choose: pipelineWork.chooseCandidate,
  qa: scoringWork.checkQuality,
};

/** Runs a step's one activity with all its retries. @throws what the last attempt threw */
export async function runActivity(runId: string, node: GraphNode): Promise<void> {
  if (node.kind === "review" || node.kind === "deploy")
    throw ApplicationFailure.nonRetryable(`step "${node.name}": is no single activity`);
  await ACTIVITIES[node.kind].executeWithOptions({ summary: node.name }, [{ runId, step: node.name }]);
}

/**
 * Puts a step that failed for good before a person and waits, for days if need be, for what they answer in its row.
 * `round` counts a step's failures from 1, so that an old answer never answers a new failure.
 */
export async function askPerson(
  runId: string,
  node: GraphNode,
  failed: { round: number; error: unknown; inbox: Inbox },
): Promise<StepAnswer> {
  const { round, inbox } = failed;
  const asked = { runId, step: node.name, round };
  let seen = inbox.answers; // an answer may arrive before needAttention has returned
  await note.needAttention.executeWithOptions({ summary: node.name }, [
    { ...asked, error: inWords(failed.error) },
  ]);
  const pace = paceLooks();
  for (;;) {
    await condition(() => inbox.answers > seen);
    await pace();
    seen = inbox.answers;
    const answer = await note.readStepAnswer.executeWithOptions({ summary: node.name }, [asked]);
    if (answer) return answer;
  }
}

/** What Temporal says of a failure, for the step's row. @throws a cancellation, which is no failure of the step */
function inWords(error: unknown): { code: string; message: string } {
  if (isCancellation(error)) throw error;
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  if (cause instanceof TimeoutFailure)
    return {
      code: "Timeout",
      message: `the step gave no sign of life (${cause.timeoutType}); see that a worker runs, then retry it`,
    };
  if (cause instanceof ApplicationFailure) return { code: cause.type ?? "Error", message: cause.message };
  return { code: "Error", message: cause instanceof Error ? cause.message : String(cause) };
}
