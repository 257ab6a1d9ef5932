import { Conflict } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { findImport } from "../db/imports.ts";
import { findRunByKey, getRun } from "../db/runs.ts";
import type { RunRow } from "../db/steps.ts";
import { getModel } from "../db/views/models.ts";
import { abortRun } from "./abort-run.ts";
import { requireAbility } from "./authenticate.ts";
import type { OperationsContext } from "./context.ts";
import { type StartedRun, startRun } from "./start-run.ts";

/** Digits of the definition's digest in the run key, and what is left of the key's 100 for the first run's. */
const DIGITS = 8;
const LONGEST_KEY = 100 - DIGITS - 1;

/**
 * Has a run that needs attention go on with the definition that is applied now: as a run of its own, which takes over what the
 * change leaves alone (reuse goes by digests) and does the rest, while the first one ends as aborted and names it. Given
 * again, it gives the same run.
 * @throws {Conflict} it doesn't need attention, its definition is the applied one, or its release came from elsewhere
 * @throws {NotAllowed} @throws {NotFound}
 */
export async function retryWithDefinition(
  context: OperationsContext,
  actor: Actor,
  { runId, reason }: { runId: string; reason: string },
): Promise<StartedRun> {
  requireAbility(actor, "submit");
  const { db } = context.database;
  const run = await getRun(db, runId);
  const { definition_digest: digest } = await getModel(db, run.model);
  const runKey = `${run.run_key.slice(0, LONGEST_KEY)}-${digest.slice(0, DIGITS)}`;
  const isDone = run.outcome === "aborted" && (await findRunByKey(db, run.model, runKey)) !== undefined;
  if (!isDone) await assertRetryable(context, run, digest);
  // First the new one: what fails in between leaves the old one as it was.
  const wanted = { model: run.model, runKey, baselineOnly: run.baseline_only, fresh: false };
  const started = await startRun(context, actor, wanted);
  const why = `goes on as run ${started.runId} with a changed definition`;
  if (!isDone) await abortRun(context, actor, { runId, reason: reason === "" ? why : `${why}: ${reason}` });
  return { ...started, alsoOpen: started.alsoOpen.filter((other) => other.runId !== runId) };
}

async function assertRetryable(
  { database: { db } }: OperationsContext,
  run: RunRow,
  digest: string,
): Promise<void> {
  const place = `run "${run.id}"`;
  if (run.finished_at)
    throw new Conflict(`${place}: has ended (${run.outcome}); start another with "holt run ${run.model}"`);
  if (run.state !== "needs_attention")
    throw new Conflict(
      `${place}: no step needs attention, so there is nothing to retry; see "holt run show ${run.id}"`,
    );
  if (await findImport(db, run.id))
    throw new Conflict(
      `${place}: its release was imported, definition and all; abort it, and import another`,
    );
  if (digest === run.definition_digest)
    throw new Conflict(
      `${place}: was started with the definition that is applied now; change that, "holt apply" it, then give the command again`,
    );
}
