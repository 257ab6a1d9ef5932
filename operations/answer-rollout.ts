import type { NewRolloutAnswer, RolloutStage } from "../core/api.ts";
import type { Actor } from "../core/roles.ts";
import * as rollouts from "../db/rollouts.ts";
import { listRollout } from "../db/views/runs.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { wakeNow } from "./wake-ups.ts";

/**
 * Says that a stage of a rollout goes on at once, or that the rollout ends and what is live stays. One answer a stage; the
 * same again changes nothing. Works with Temporal down; the run wakes later.
 * @returns the run's stages @throws {Conflict} answered otherwise, or the stage has ended
 * @throws {NotAllowed} @throws {NotFound} no such stage
 */
export async function answerRollout(
  context: OperationsContext,
  actor: Actor,
  runId: string,
  { stage, answer, reason }: NewRolloutAnswer,
): Promise<RolloutStage[]> {
  requireAbility(actor, "rollback");
  const { db } = context.database;
  const proof = actor.proof.reveal();
  const wakeUp = await rollouts.answerRollout(db, { runId, stage }, { proof, answer, reason });
  if (wakeUp) await wakeNow(context, wakeUp);
  return listRollout(db, runId);
}
