import { setTimeout } from "node:timers/promises";
import { followRun, runViewer } from "../../cli/follow-run.ts";
import type { ShownRun } from "../../cli/print/run.ts";
import { getRunDetail, listOpenRuns } from "../../db/views/runs.ts";
import { answerStep } from "../../operations/answer-step.ts";
import { startRun } from "../../operations/start-run.ts";
import { MODEL, type Stage } from "./stage.ts";

/** Marks the demo's own runs among those of schedules and of people. */
const KEY_START = "demo-";
const LOOK_EVERY_MS = 200;

/** Starts a run of the demo, or takes up the one that an interrupted demo left. Returns its id. */
export async function startOrTakeUp(
  stage: Stage,
  { baselineOnly }: { baselineOnly: boolean },
): Promise<string> {
  const { database, stack, narrator } = stage;
  const left = (await listOpenRuns(database.db, MODEL)).find(
    (run) => run.baseline_only === baselineOnly && run.run_key.startsWith(KEY_START),
  );
  if (left) {
    narrator.say(`The run ${left.id} was left by an interrupted demo; it goes on from where it stood.`);
    await retryFailedSteps(stage, left.id);
    return left.id;
  }
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "");
  const { runId } = await startRun(stage, stack.people.engineer, {
    model: MODEL,
    runKey: `${KEY_START}${time}${baselineOnly ? "-baseline" : ""}`,
    baselineOnly,
    fresh: false,
  });
  return runId;
}

/**
 * Follows a run, a line a step, until it ends or waits for its review.
 * @param seen steps that were shown before
 * @throws a step needs attention; the error says which, and why
 */
export async function follow(
  { database, signal }: Stage,
  runId: string,
  seen: readonly string[] = [],
): Promise<ShownRun> {
  const view = runViewer(process.stdout);
  const run = await followRun(database.db, runId, (shown) => {
    signal.throwIfAborted();
    view({ ...shown, steps: shown.steps.filter(({ name }) => !seen.includes(name)) });
  });
  const failed = run.steps.find((step) => step.state === "needs_attention");
  if (failed)
    throw new Error(
      `run "${runId}": step "${failed.name}" needs attention: ${failed.error?.message ?? "no error was noted"}; mend that, then run the demo again, which retries it`,
    );
  return run;
}

/** After a decision: waits until its signal has woken the run, then follows the rest of its steps. */
export async function followAfterReview(stage: Stage, before: ShownRun): Promise<ShownRun> {
  for (;;) {
    stage.signal.throwIfAborted();
    const { state } = await getRunDetail(stage.database.db, before.id);
    if (state !== "waiting_for_review") break;
    await setTimeout(LOOK_EVERY_MS);
  }
  const ended = before.steps.filter((step) => step.finishedAt !== null).map(({ name }) => name);
  return follow(stage, before.id, ended);
}

async function retryFailedSteps(stage: Stage, runId: string): Promise<void> {
  const { database, stack, narrator } = stage;
  const { steps } = await getRunDetail(database.db, runId);
  for (const { name, round, state } of steps) {
    if (state !== "needs_attention") continue;
    narrator.say(`Its step ${name} needed attention; the demo's engineer answers: retry.`);
    await answerStep(
      stage,
      stack.people.engineer,
      { runId, step: name },
      { answer: "retry", round, reason: "the demo was run again" },
    );
  }
}
