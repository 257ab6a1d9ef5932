import type { Actor } from "../core/roles.ts";
import * as ends from "../db/end-run.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { wakeNow } from "./wake-ups.ts";

/**
 * Ends an open run, whatever it does or waits for, and has its workflow cancelled if there is one. Works with Temporal
 * down; the workflow, which can do nothing for an ended run, is cancelled when Temporal is back.
 * @throws {Conflict} the run has ended, or its version is just going live
 * @throws {NotAllowed} @throws {NotFound}
 */
export async function abortRun(
  context: OperationsContext,
  actor: Actor,
  { runId, reason }: { runId: string; reason: string },
): Promise<{ reason: string }> {
  requireAbility(actor, "submit");
  const proof = actor.proof.reveal();
  const { words, wakeUp } = await ends.abortRun(context.database.db, runId, { proof, reason });
  await wakeNow(context, wakeUp);
  return { reason: words };
}
