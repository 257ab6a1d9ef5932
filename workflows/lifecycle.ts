/** One run of a model, from its files to a version that answers: the story from top to bottom. */
import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  setCurrentDetails,
  setHandler,
} from "@temporalio/workflow";
import type { GraphNode, RunOutcome, RunPlan } from "../core/steps.ts";
import { deploy } from "./deploy.ts";
import { type Inbox, openInbox } from "./inbox.ts";
import { textOf } from "./input.ts";
import { runProgress } from "./messages.ts";
import { note } from "./proxies.ts";
import { review } from "./review.ts";
import { Aborted, type GraphWork, runGraph, type StepStates } from "./run-graph.ts";
import { askPerson, runActivity } from "./run-step.ts";

export interface LifecycleInput {
  runId: string;
}

/** What the story works with. */
interface Run {
  runId: string;
  inbox: Inbox;
  states: StepStates;
}

export async function lifecycle(input: LifecycleInput): Promise<{ outcome: RunOutcome }> {
  const runId = textOf(input, "runId");
  const inbox = openInbox();
  const states: StepStates = new Map();
  setHandler(runProgress, () => Object.fromEntries(states));
  return { outcome: await untilItEnds(runId, () => story({ runId, inbox, states })) };
}

async function story(run: Run): Promise<RunOutcome> {
  const plan = await note.openRun({ runId: run.runId });
  await build(run, plan);
  const { isLiveAlready } = await note.readChoice({ runId: run.runId });
  if (isLiveAlready) return "no_change";
  await step(run, plan, "qa", (node) => runActivity(run.runId, node));
  const end = await step(run, plan, "review", () => review(run.runId, plan.reviewWaitMs, run.inbox));
  if (end !== "approved") return end;
  return step(run, plan, "deploy", () => deploy(run.runId, run.inbox));
}

/** Data, training, evaluation and choice: the part of the run that is a graph. */
async function build(run: Run, plan: RunPlan): Promise<void> {
  const nodes = plan.nodes.filter(({ kind }) => kind !== "qa" && kind !== "review" && kind !== "deploy");
  await runGraph(nodes, plan.parallel, run.states, {
    work: (node) => runActivity(run.runId, node),
    ...withPerson(run),
  });
}

/** One of the steps that come after each other, and what it gives. */
async function step<T>(
  run: Run,
  plan: RunPlan,
  name: string,
  work: (node: GraphNode) => Promise<T>,
): Promise<T> {
  const nodes = plan.nodes.filter((node) => node.name === name);
  const given: { value: T }[] = [];
  await runGraph(nodes, 1, run.states, {
    work: async (node) => void given.push({ value: await work(node) }),
    ...withPerson(run),
  });
  if (!given[0])
    throw ApplicationFailure.nonRetryable(
      `step "${name}": was left out, and the run cannot go on without it`,
    );
  return given[0].value;
}

/** A failed step is put before a person; a skipped one is noted. */
function withPerson({ runId, inbox }: Run): Pick<GraphWork, "ask" | "skip"> {
  return {
    async ask(node, round, error) {
      setCurrentDetails(`\`${node.name}\` failed and waits for an answer: \`holt run show ${runId}\``);
      const answer = await askPerson(runId, node, { round, error, inbox });
      setCurrentDetails(`\`${node.name}\`: ${answer}`);
      return answer;
    },
    skip: (node) => note.skipStep.executeWithOptions({ summary: node.name }, [{ runId, step: node.name }]),
  };
}

/** No run ends in silence: its end is written down, also when it is a cancellation or a defect, which go on to Temporal. */
async function untilItEnds(runId: string, tell: () => Promise<RunOutcome>): Promise<RunOutcome> {
  const finish = (end: { outcome: RunOutcome; reason?: string }) =>
    CancellationScope.nonCancellable(() => note.finishRun({ runId, ...end }));
  try {
    const outcome = await tell();
    await finish({ outcome });
    return outcome;
  } catch (error) {
    if (error instanceof Aborted) {
      await finish({ outcome: "aborted" });
      return "aborted";
    }
    // Nobody of Holt's said so: whoever aborts a run has ended its row before its workflow is cancelled.
    const reason = isCancellation(error) ? "its workflow was cancelled in Temporal" : inWords(error);
    await finish({ outcome: "failed", reason });
    throw error;
  }
}

function inWords(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return (cause?.message ?? message ?? String(error)).slice(0, 1_000);
}
