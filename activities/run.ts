/** A run's own bookkeeping: its plan, its failed steps, its end. */
import { definitionSchema } from "../core/definition.ts";
import { durationMs } from "../core/duration.ts";
import { BrokenPromise, Conflict } from "../core/errors.ts";
import { planGraph } from "../core/graph.ts";
import type { ChooseDetail } from "../core/step-details.ts";
import type { GraphNode, RunOutcome, RunPlan, StepAnswer, StepRef } from "../core/steps.ts";
import { getDefinition } from "../db/definitions.ts";
import { endRun } from "../db/end-run.ts";
import * as runs from "../db/runs.ts";
import { findStepAnswer } from "../db/step-answers.ts";
import * as steps from "../db/steps.ts";
import { findLive } from "../db/versions.ts";
import type { ActivityContext } from "./context.ts";
import { describeEnd } from "./run-end.ts";

/** Longest error that a step's row keeps; the rest is in the worker's log. */
const LONGEST_ERROR = 4_000;

/** One failure of a step; its round is counted by the workflow. */
export interface StepRound extends StepRef {
  round: number;
}

export const runActivities = ({ database: { db } }: ActivityContext) => ({
  /**
   * Writes the run's steps and fixes the champion that it is judged against. A second call gives the same plan,
   * whatever went live meanwhile.
   * @throws {Conflict} the run has ended @throws {NotFound} @throws {InvalidInput} the graph has faults
   */
  openRun({ runId }: { runId: string }): Promise<RunPlan> {
    return db.transaction().execute(async (trx) => {
      const run = await runs.lockRun(trx, runId);
      if (run.finished_at)
        throw new Conflict(`run "${runId}": has ended (${run.outcome}); start another with "holt run"`);
      const definition = definitionSchema.parse((await getDefinition(trx, run.definition_digest)).body);
      let rows = await steps.listSteps(trx, runId);
      if (rows.length === 0) {
        const live = await findLive(trx, run.model);
        await runs.setChampion(trx, runId, live?.version ?? null);
        const shape = { baselineOnly: run.baseline_only, hasChampion: live !== undefined };
        await steps.addSteps(trx, runId, planGraph(definition, shape));
        rows = await steps.listSteps(trx, runId);
      }
      return {
        model: run.model,
        nodes: rows.map(asNode),
        parallel: definition.parallel,
        reviewWaitMs: durationMs(definition.review.expiresAfter),
      };
    });
  },

  /** Puts a failed step before a person; the same round again changes nothing. */
  async needAttention(asked: StepRound & { error: { code: string; message: string } }): Promise<void> {
    const { code, message } = asked.error;
    await db.transaction().execute(async (trx) => {
      await runs.lockRun(trx, asked.runId);
      const error = { code, message: message.slice(0, LONGEST_ERROR) };
      await steps.putBeforePerson(trx, asked, { round: asked.round, ...error });
      await runs.settleRunState(trx, asked.runId);
    });
  },

  /** What a person said about this round, undone never; null while nobody has. "Retry" lets the run go on. */
  async readStepAnswer(asked: StepRound): Promise<StepAnswer | null> {
    return db.transaction().execute(async (trx) => {
      await runs.lockRun(trx, asked.runId);
      const said = await findStepAnswer(trx, asked, asked.round);
      if (!said) return null;
      const step = await steps.findStep(trx, asked);
      if (said.answer === "skip" && !step?.skippable)
        throw new BrokenPromise(
          `run "${asked.runId}" step "${asked.step}": cannot be skipped, since later steps need it; start the run again`,
        );
      if (said.answer === "retry") {
        await steps.waitAgain(trx, asked);
        await runs.settleRunState(trx, asked.runId);
      }
      return said.answer;
    });
  },

  /**
   * Leaves a step out: a person said so, or what it would judge was left out.
   * @throws {NotAllowed} neither, so whoever asks is no run of Holt's
   */
  async skipStep(ref: StepRef): Promise<void> {
    await db.transaction().execute(async (trx) => {
      await runs.lockRun(trx, ref.runId);
      await steps.skipStep(trx, ref);
      await runs.settleRunState(trx, ref.runId);
    });
  },

  /** What `choose` found, as much of it as the story needs. */
  async readChoice({ runId }: { runId: string }): Promise<{ isLiveAlready: boolean }> {
    const detail = (await steps.findStepDetail(db, { runId, step: "choose" })) as ChooseDetail | undefined;
    if (!detail) throw new BrokenPromise(`run "${runId}": step "choose" left nothing; start the run again`);
    return { isLiveAlready: detail.isLiveAlready };
  },

  /**
   * Ends the run, with the reason in words for whoever looks. The first end stands.
   * @throws {NotAllowed} the rows don't say so: nobody aborted it, its review ended otherwise, nothing went live
   */
  async finishRun(end: { runId: string; outcome: RunOutcome; reason?: string }): Promise<void> {
    const { runId, outcome } = end;
    await db.transaction().execute(async (trx) => {
      const run = await runs.lockRun(trx, runId);
      if (run.finished_at) return;
      const reason = end.reason ?? (await describeEnd(trx, runId, outcome));
      await endRun(trx, runId, { outcome, reason });
    });
  },
});

function asNode({ name, kind, after, skippable }: steps.StepRow): GraphNode {
  return { name, kind, after, skippable };
}
