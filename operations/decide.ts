import type { Decision, NewDecision } from "../core/api.ts";
import { Conflict } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { findDecision, recordDecision } from "../db/decisions.ts";
import { lockReview } from "../db/reviews.ts";
import { getRun } from "../db/runs.ts";
import { addWakeUp } from "../db/wake-ups.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { SIGNALS, wakeNow } from "./wake-ups.ts";

/**
 * Approves or rejects the release that a run's review shows: decision, audit entry and wake-up in one transaction.
 * The same decision of the same person again gives the same answer. Works with Temporal down; the run wakes later.
 * @throws {Conflict} decided or expired already, the run has ended, or release or report isn't what the person saw
 * @throws {NotAllowed} @throws {NotFound} the run has no review @throws {InvalidInput} a rejection without a reason
 */
export async function decide(
  context: OperationsContext,
  actor: Actor,
  runId: string,
  decision: NewDecision,
  channel: "page" | "cli",
): Promise<Decision> {
  requireAbility(actor, "decide");
  const { answer, wakeUp } = await context.database.db.transaction().execute(async (trx) => {
    await lockReview(trx, runId);
    const there = await findDecision(trx, runId);
    if (there && isTheSame(there, actor, decision)) return { answer: toDecision(there), wakeUp: undefined };
    const run = await getRun(trx, runId);
    if (!there && run.finished_at)
      throw new Conflict(
        `run "${runId}": has ended (${run.outcome}), so nothing is left to decide; start another`,
      );
    const row = await recordDecision(trx, { runId, ...decision, personId: actor.personId, channel });
    const id = await addWakeUp(trx, { workflowId: run.workflow_id, signal: SIGNALS.approval });
    return { answer: toDecision({ ...row, person: actor.name }), wakeUp: id };
  });
  if (wakeUp) await wakeNow(context, wakeUp);
  return answer;
}

type DecisionOfPerson = NonNullable<Awaited<ReturnType<typeof findDecision>>>;

function isTheSame(there: DecisionOfPerson, actor: Actor, decision: NewDecision): boolean {
  return (
    there.person_id === actor.personId &&
    there.verdict === decision.verdict &&
    there.release_digest === decision.releaseDigest &&
    there.report_digest === decision.reportDigest &&
    there.reason === decision.reason
  );
}

function toDecision(row: DecisionOfPerson): Decision {
  return {
    id: row.id,
    verdict: row.verdict,
    by: row.person,
    channel: row.channel,
    reason: row.reason,
    at: row.at.toISOString(),
  };
}
