import type { NewStepAnswer, StepAnswered } from "../core/api.ts";
import { Conflict, NotFound } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import type { StepRef } from "../core/steps.ts";
import { addAudit } from "../db/audit.ts";
import { getRun } from "../db/runs.ts";
import { findStepAnswer, insertStepAnswer, lockStep, type StepAnswerRow } from "../db/step-answers.ts";
import { addWakeUp } from "../db/wake-ups.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { SIGNALS, wakeNow } from "./wake-ups.ts";

/**
 * Answers a step that needs attention: try again, skip it, or end the run. One answer a round; the same person's same
 * answer again gives the same. Works with Temporal down; the run wakes later.
 * @throws {Conflict} answered already, the step doesn't wait, the round is over, or it cannot be skipped
 * @throws {NotAllowed} @throws {NotFound} no such run or step
 */
export async function answerStep(
  context: OperationsContext,
  actor: Actor,
  ref: StepRef,
  wanted: NewStepAnswer,
): Promise<StepAnswered> {
  requireAbility(actor, "submit");
  const place = `run "${ref.runId}" step "${ref.step}"`;
  const { answered, wakeUp } = await context.database.db.transaction().execute(async (trx) => {
    const run = await getRun(trx, ref.runId);
    const step = await lockStep(trx, ref);
    if (!step) throw new NotFound(`${place}: is not part of the run; see "holt run show ${ref.runId}"`);
    const there = await findStepAnswer(trx, ref, wanted.round);
    if (
      there &&
      there.person_id === actor.personId &&
      there.answer === wanted.answer &&
      there.reason === wanted.reason
    )
      return { answered: toAnswered(there, actor.name), wakeUp: undefined };
    if (there)
      throw new Conflict(
        `${place}: "${there.person}" answered round ${there.round} already: ${there.answer}; the first answer stands`,
      );
    if (run.finished_at) throw new Conflict(`run "${ref.runId}": has ended (${run.outcome}); start another`);
    if (step.state !== "needs_attention")
      throw new Conflict(`${place}: is ${step.state}, so no answer is waited for; look at it again`);
    if (step.round !== wanted.round)
      throw new Conflict(
        `${place}: failed again since (round ${step.round}, not ${wanted.round}); look at its error, then answer`,
      );
    if (wanted.answer === "skip" && !step.skippable)
      throw new Conflict(
        `${place}: cannot be skipped, since later steps need it; retry it, or abort the run`,
      );
    const row = await insertStepAnswer(trx, {
      run_id: ref.runId,
      step: ref.step,
      round: wanted.round,
      answer: wanted.answer,
      person_id: actor.personId,
      reason: wanted.reason,
    });
    await addAudit(trx, {
      personId: actor.personId,
      action: `${wanted.answer}_step`,
      model: run.model,
      subject: `run ${ref.runId}`,
      detail: { step: ref.step, round: wanted.round, reason: wanted.reason },
    });
    const id = await addWakeUp(trx, { workflowId: run.workflow_id, signal: SIGNALS.stepAnswered });
    return { answered: toAnswered(row, actor.name), wakeUp: id };
  });
  if (wakeUp) await wakeNow(context, wakeUp);
  return answered;
}

function toAnswered(row: StepAnswerRow, by: string): StepAnswered {
  return { answer: row.answer, round: row.round, by, reason: row.reason, at: row.at.toISOString() };
}
