import { activityInfo, Context, cancellationSignal } from "@temporalio/activity";
import { type Definition, definitionSchema } from "../core/definition.ts";
import { NotFound } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { StepOutcome, StepRef, StepResult } from "../core/steps.ts";
import { getDefinition } from "../db/definitions.ts";
import * as steps from "../db/steps.ts";
import { digestOf } from "../store/digest.ts";
import { failpoint } from "../store/failpoint.ts";
import type { ActivityContext } from "./context.ts";

/** What a step's activity knows of its run. */
export interface StepSurroundings {
  run: steps.RunRow;
  step: steps.StepRow;
  definition: Definition;
  definitionDigest: string;
  /** Folder that the definition's relative paths start from. */
  folder: string;
  /** What an earlier step of this run left; undefined when it was skipped. */
  findDetail<T extends JsonObject>(step: string): Promise<T | undefined>;
  /** The same for one that cannot be missing. @throws {NotFound} */
  getDetail<T extends JsonObject>(step: string): Promise<T>;
}

export interface StepWork {
  /** Everything that decides the result. Equal inputs give equal results, so the step is not done twice. */
  inputs: unknown;
  /** Whether the tables and artifacts that an earlier result names are still there, and are what was made. */
  stillThere(earlier: StepResult): Promise<boolean>;
  /** Does it. May run twice, also at the same time: stage, then swap by key. */
  work(tools: StepTools): Promise<StepResult>;
}

export interface StepTools {
  /** Aborted when the step is cancelled; child processes and statements must end then. */
  signal: AbortSignal;
  /** Says how far it is, in words, for whoever watches the run. */
  progress(words: string): void;
}

/**
 * One step, kept in its row: takes the result of an earlier run with the same inputs if that still exists, else works
 * (the worker heartbeats for it). A second call for a step that is done returns at once. What `work` throws is noted
 * and thrown. An attempt that was given up, because its worker seemed dead, leaves nothing in the row any more.
 */
export async function recordStep(
  context: ActivityContext,
  ref: StepRef,
  prepare: (surroundings: StepSurroundings) => Promise<StepWork>,
): Promise<StepOutcome> {
  const { db } = context.database;
  const around = await lookAround(context, ref);
  if (around.step.state === "done" || around.step.state === "reused")
    return { reused: around.step.state === "reused" };
  const mine = { ...ref, round: around.step.round, attempt: activityInfo().attempt };
  await steps.startStep(db, ref, mine.attempt);
  try {
    await failpoint(`running ${ref.step}`);
    const { inputs, stillThere, work } = await prepare(around);
    const inputDigest = digestOf({ kind: around.step.kind, inputs });
    const earlier = around.run.fresh ? undefined : await steps.findStepResult(db, inputDigest);
    if (earlier && (await stillThere(earlier.result))) {
      await steps.endAttempt(db, mine, {
        state: "reused",
        inputDigest,
        reusedFromRun: earlier.runId,
        result: earlier.result,
      });
      return { reused: true };
    }
    const result = await work({ signal: cancellationSignal(), progress: progressWriter(context, mine) });
    // Together: a worker that dies in between would have the next attempt reuse what its own run did.
    await db.transaction().execute(async (trx) => {
      await steps.keepStepResult(trx, { inputDigest, kind: around.step.kind, result, runId: ref.runId });
      await failpoint(`ending ${ref.step}`);
      await steps.endAttempt(trx, mine, { state: "done", inputDigest, reusedFromRun: null, result });
    });
    return { reused: false };
  } catch (error) {
    await noteError(context, mine, error);
    throw error;
  }
}

async function lookAround(context: ActivityContext, ref: StepRef): Promise<StepSurroundings> {
  const { db } = context.database;
  const run = await steps.findRun(db, ref.runId);
  if (!run) throw new NotFound(`run "${ref.runId}": is not in the database; see "holt runs"`);
  const step = await steps.findStep(db, ref);
  if (!step)
    throw new NotFound(
      `run "${ref.runId}": step "${ref.step}" is not part of it; see "holt run show ${ref.runId}"`,
    );
  const stored = await getDefinition(db, run.definition_digest);
  const findDetail = async <T extends JsonObject>(name: string) =>
    (await steps.findStepDetail(db, { runId: ref.runId, step: name })) as T | undefined;
  return {
    run,
    step,
    definition: definitionSchema.parse(stored.body),
    definitionDigest: run.definition_digest,
    folder: stored.folder,
    findDetail,
    async getDetail<T extends JsonObject>(name: string) {
      const detail = await findDetail<T>(name);
      if (!detail)
        throw new NotFound(
          `run "${ref.runId}": step "${name}" left nothing for "${ref.step}"; retry it first`,
        );
      return detail;
    },
  };
}

/** Progress is a courtesy: it is written at most once a second, and a lost line fails nothing. */
function progressWriter(context: ActivityContext, mine: steps.StepAttempt): (words: string) => void {
  let last = 0;
  const activity = Context.current(); // kept: a stream calls back from where no activity is known
  return (words) => {
    activity.heartbeat(); // without the words: a command may print anything, and Temporal is no place for personal data
    if (Date.now() - last < 1_000) return;
    last = Date.now();
    steps.noteProgress(context.database.db, mine, words).catch(() => undefined);
  };
}

/** The step's own error is what matters; if the database is what failed, it can't be noted there. */
async function noteError(context: ActivityContext, mine: steps.StepAttempt, error: unknown): Promise<void> {
  const { name, message, logTail } = error as { name?: string; message?: string; logTail?: string };
  await steps
    .noteStepError(context.database.db, mine, {
      code: name ?? "Error",
      message: (message ?? String(error)).slice(0, 4_000),
      logTail: logTail ?? null,
    })
    .catch(() => undefined);
}
