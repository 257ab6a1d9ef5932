import type { Channel, Decision, NewDecision } from "../core/api.ts";
import { Conflict, NotAllowed, NotFound } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import * as decisions from "../db/decisions.ts";
import { toDecision } from "../db/views/reviews.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { wakeNow } from "./wake-ups.ts";

/**
 * Approves or rejects the release that a run's review shows, or asks for changes: decision, audit entry and wake-up in
 * one transaction of the database, which looks for itself who this is and whether they may. The same decision of the
 * same person again gives the same answer. Works with Temporal down; the run wakes later.
 * @throws {Conflict} the review has an end already, or release or report isn't what the person saw
 * @throws {NotAllowed} @throws {NotFound} the run has no review @throws {InvalidInput} a reason is missing
 */
export async function decide(
  context: OperationsContext,
  actor: Actor,
  runId: string,
  decision: NewDecision,
  channel: Exclude<Channel, "code" | "rule">,
): Promise<Decision> {
  requireAbility(actor, "decide");
  const { db } = context.database;
  const asked = { ...decision, runId, channel, proof: actor.proof.reveal() };
  const { decisionId, wakeUpId } = await decisions.decide(db, asked).catch(async (error: Error) => {
    // whoever tries to decide on what they may not, or on what isn't there any more, is found in the log
    if (error instanceof NotAllowed || error instanceof Conflict)
      await decisions.noteRefusal(db, asked, error.message);
    throw error;
  });
  if (wakeUpId) await wakeNow(context, wakeUpId);
  const row = await decisions.findDecision(db, decisionId);
  if (!row) throw new NotFound(`decision ${decisionId}: is not in the database`);
  return toDecision(row);
}
