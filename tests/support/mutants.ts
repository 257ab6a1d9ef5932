/** What a careless change may do to a workflow, each to one place of today's source. */
export interface Mutant {
  /** Goes on "a workflow that …". */
  what: string;
  /** Below workflows/. */
  file: string;
  /** Stands there once. */
  from: string;
  to: string;
  /** What `to` needs beside. */
  imports?: string;
  /** The recorded history that must catch it; undefined for one that none does. */
  history?: string;
  /** Why no replay can catch it. */
  uncaught?: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    what: "has lost an activity: the smoke test",
    file: "deploy.ts",
    from: "  await scoringWork.smokeTest.executeWithOptions(summary, [{ runId, version }]);\n",
    to: "",
    history: "approve",
  },
  {
    what: "measures what the monitor compares with before the version was tried",
    file: "deploy.ts",
    from: "  await scoringWork.smokeTest.executeWithOptions(summary, [{ runId, version }]);\n  await scoringWork.measureReference.executeWithOptions(summary, [{ runId, version }]);",
    to: "  await scoringWork.measureReference.executeWithOptions(summary, [{ runId, version }]);\n  await scoringWork.smokeTest.executeWithOptions(summary, [{ runId, version }]);",
    history: "approve",
  },
  {
    what: "has a new timer before the flip, without patched()",
    file: "deploy.ts",
    from: "  await untilThawed(runId, inbox);",
    to: "  await untilThawed(runId, inbox);\n  await waitUntil(() => false, Date.now() + 1_000);",
    imports: 'import { waitUntil } from "./wait-until.ts";\n',
    history: "approve",
  },
  {
    what: "forgets to look at the choice",
    file: "lifecycle.ts",
    from: "const { isLiveAlready } = await note.readChoice({ runId: run.runId });",
    to: "const isLiveAlready = false;",
    history: "no_change",
  },
  {
    what: "goes on with what a newer run has superseded",
    file: "lifecycle.ts",
    from: 'if (end !== "approved") return end;',
    to: 'if (end !== "approved" && end !== "superseded") return end;',
    history: "superseded",
  },
  {
    what: "leaves a cancelled run unfinished",
    file: "lifecycle.ts",
    from: '    await finish({ outcome: "failed", reason });',
    to: '    if (!isCancellation(error)) await finish({ outcome: "failed", reason });',
    history: "cancelled",
  },
  {
    what: "starts steps in another order",
    file: "run-graph.ts",
    from: "startable().forEach(start);",
    to: "startable().reverse().forEach(start);",
    history: "approve",
  },
  {
    what: "judges a candidate that was skipped",
    file: "run-graph.ts",
    from: 'return node.kind === "evaluate" && node.after',
    to: 'return node.kind === "qa" && node.after',
    history: "skip",
  },
  {
    what: "asks nobody about a failed step",
    file: "run-graph.ts",
    from: "await follow(await graph.ask(node, round, error), node, states, graph);",
    to: 'await follow("skip", node, states, graph);',
    history: "failed_step_retry",
  },
  {
    what: "does not wait for a person",
    file: "review.ts",
    from: "    await waitUntil(() => inbox.approvals > seen, Math.min(deadlineMs, Date.now() + nextMs));\n",
    to: "",
    history: "expire",
  },
  {
    what: "redeems no code",
    file: "review.ts",
    from: "if (codes.length > 0) await",
    to: "if (codes.length > 100) await",
    history: "code_by_signal",
  },
  {
    what: "starts another workflow at night",
    file: "nightly.ts",
    from: 'startChild<typeof lifecycle>("lifecycle", {',
    to: 'startChild<typeof lifecycle>("batch", {',
    history: "nightly",
  },
  {
    what: "shows a batch before it is scored",
    file: "batch.ts",
    from: "    await work.scoreBatch({ batchId });\n    await work.publishBatch({ batchId });",
    to: "    await work.publishBatch({ batchId });\n    await work.scoreBatch({ batchId });",
    history: "batch",
  },
  {
    what: "ends an experiment that waits for a person",
    file: "experiment.ts",
    from: "    if (isEnded) return;",
    to: "    if (isEnded || waits || isPaused) return;",
    history: "experiment_paused",
  },
  {
    what: "sends no alerts after a look",
    file: "monitor.ts",
    from: "  await sendAlerts({ model });\n",
    to: "",
    history: "monitor",
  },
  {
    what: "looks for a tick's turn less often",
    file: "nightly.ts",
    from: 'const LOOK_AGAIN = "5 min";',
    to: 'const LOOK_AGAIN = "50 min";',
    uncaught: "Temporal compares that a timer is set, not how long it is",
  },
];
