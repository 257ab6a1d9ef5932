import type { NewStepAnswer, StepAnswered } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import type { StepRef } from "../core/steps.ts";
import * as stepAnswers from "../db/step-answers.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { wakeNow } from "./wake-ups.ts";

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
  { answer, round, reason }: NewStepAnswer,
): Promise<StepAnswered> {
  requireAbility(actor, "submit");
  const said = { proof: actor.proof.reveal(), answer, round, reason };
  const { at, wakeUp } = await stepAnswers.answerStep(context.database.db, ref, said);
  if (wakeUp) await wakeNow(context, wakeUp);
  return { answer, round, by: actor.name, reason, at: at.toISOString() };
}
