/** Runs a graph's steps: whatever is ready, in parallel up to a cap, until all have ended. */
import { CancellationScope, condition, isCancellation } from "@temporalio/workflow";
import type { GraphNode, StepAnswer, StepState } from "../core/steps.ts";

export interface GraphWork {
  /** Does a step's work. @throws it failed for good */
  work(node: GraphNode): Promise<void>;
  /** Asks a person about a step that failed for good, the `round`th time. */
  ask(node: GraphNode, round: number, error: unknown): Promise<StepAnswer>;
  /** Notes that a step is left out. */
  skip(node: GraphNode): Promise<void>;
}

/** State of each step of the run by name; one that isn't in it waits. The next graph of the same run goes on with it. */
export type StepStates = Map<string, StepState>;

/** A person ended the run. */
export class Aborted extends Error {
  override name = "Aborted";
}

/**
 * Returns when every step is done or skipped. At most `parallel` work at the same time; one that waits for a person
 * doesn't count. Once a person aborts, or the workflow is cancelled, the others are cancelled and have ended when it throws.
 * @throws {Aborted} a person ended the run
 */
export async function runGraph(
  nodes: readonly GraphNode[],
  parallel: number,
  states: StepStates,
  graph: GraphWork,
): Promise<void> {
  const rounds = new Map<string, number>();
  const branches: Promise<void>[] = [];
  let stopped: { error: unknown } | undefined;
  const start = (node: GraphNode) => {
    states.set(node.name, "running");
    const branch = runNode(node, states, rounds, graph).catch((error) => {
      stopped ??= { error };
    });
    branches.push(branch);
  };
  const startable = () =>
    nodes.filter((node) => isReady(node, states)).slice(0, freePlaces(nodes, parallel, states));
  const isOver = () => stopped !== undefined || nodes.every(({ name }) => hasEnded(name, states));
  const scope = new CancellationScope();
  await scope.run(async () => {
    try {
      while (!isOver()) {
        startable().forEach(start);
        await condition(() => isOver() || startable().length > 0);
      }
    } finally {
      scope.cancel();
      await Promise.all(branches);
    }
  });
  if (stopped) throw (stopped as { error: unknown }).error;
}

/** One round of a step. After "retry" it waits again, and gets the next free place. */
async function runNode(
  node: GraphNode,
  states: StepStates,
  rounds: Map<string, number>,
  graph: GraphWork,
): Promise<void> {
  if (isPointless(node, states)) {
    await graph.skip(node);
    states.set(node.name, "skipped");
    return;
  }
  try {
    await graph.work(node);
    states.set(node.name, "done");
  } catch (error) {
    if (isCancellation(error)) throw error;
    const round = (rounds.get(node.name) ?? 0) + 1;
    rounds.set(node.name, round);
    states.set(node.name, "needs_attention");
    await follow(await graph.ask(node, round, error), node, states, graph);
  }
}

async function follow(
  answer: StepAnswer,
  node: GraphNode,
  states: StepStates,
  graph: GraphWork,
): Promise<void> {
  if (answer === "abort") throw new Aborted(node.name);
  if (answer === "skip") await graph.skip(node);
  states.set(node.name, answer === "skip" ? "skipped" : "waiting");
}

function isReady(node: GraphNode, states: StepStates): boolean {
  const state = states.get(node.name) ?? "waiting";
  return state === "waiting" && node.after.every((name) => hasEnded(name, states));
}

/** There is nothing to judge when the training was skipped. */
function isPointless(node: GraphNode, states: StepStates): boolean {
  return node.kind === "evaluate" && node.after.some((name) => states.get(name) === "skipped");
}

function freePlaces(nodes: readonly GraphNode[], parallel: number, states: StepStates): number {
  return Math.max(0, parallel - nodes.filter(({ name }) => states.get(name) === "running").length);
}

function hasEnded(name: string, states: StepStates): boolean {
  const state = states.get(name);
  return state === "done" || state === "skipped";
}
