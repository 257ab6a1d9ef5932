import { Conflict } from "../core/errors.ts";
import type { Answers, NewAnswers } from "../core/failed-steps-api.ts";
import type { Actor } from "../core/roles.ts";
import { listWaitingSteps } from "../db/failed-steps.ts";
import { answerStep } from "../db/step-answers.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { deliverWakeUps } from "./wake-ups.ts";

/** So many at once: a person, or a proxy, waits for the answer. */
const MOST = 500;

/**
 * Gives the same answer to every step that needs attention there, each with an entry of its own in the log, as if the person
 * had answered one after the other. What cannot be answered so is named and holds up no other. With Temporal down the
 * runs wake later.
 * @throws {NotAllowed}
 */
export async function answerFailedSteps(
  context: OperationsContext,
  actor: Actor,
  { at, model, since, answer, reason }: NewAnswers,
): Promise<Answers> {
  requireAbility(actor, "submit");
  const { db } = context.database;
  const asked = { at, model, since: since === undefined ? undefined : new Date(since), limit: MOST };
  const { steps, count } = await listWaitingSteps(db, asked);
  const done: Answers = { answered: [], refused: [], left: count - steps.length };
  const wakeUps: string[] = [];
  for (const { runId, step, round } of steps) {
    const said = { proof: actor.proof.reveal(), answer, round, reason };
    try {
      const given = await answerStep(db, { runId, step }, said);
      if (given.wakeUp) wakeUps.push(given.wakeUp);
      done.answered.push({ runId, step, round, answer, by: actor.name, at: given.at.toISOString() });
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      done.refused.push({ runId, step, why: error.message });
    }
  }
  // After all rows: with Temporal down, one attempt is waited for, and not one for each run.
  const { errors } = await deliverWakeUps(context, wakeUps);
  for (const error of errors) context.onDelay?.(error);
  return done;
}
