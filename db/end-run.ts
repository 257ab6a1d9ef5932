import type { Transaction } from "kysely";
import type { RunOutcome } from "../core/steps.ts";
import { addAudit } from "./audit.ts";
import { finishRun } from "./runs.ts";
import { closeOpenSteps, type RunRow } from "./steps.ts";
import type { Tables } from "./tables.ts";

/**
 * Ends a run that the caller has locked: its open steps, its row, an entry in the audit log. One that has ended stays
 * as it is. `personId`: who ended it; null when nobody did.
 */
export async function endRun(
  trx: Transaction<Tables>,
  run: RunRow,
  { outcome, reason, personId = null }: { outcome: RunOutcome; reason: string; personId?: string | null },
): Promise<void> {
  if (run.finished_at) return;
  const state = outcome === "aborted" || outcome === "failed" ? outcome : "finished";
  await closeOpenSteps(trx, run.id, state === "finished" ? "skipped" : "cancelled");
  await finishRun(trx, run.id, { state, outcome, reason });
  await addAudit(trx, {
    personId,
    action: "finish_run",
    model: run.model,
    subject: `run ${run.id}`,
    detail: { outcome, reason },
  });
}
