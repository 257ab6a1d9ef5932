/** How runs end: the database's functions ask the rows whether it is so, close the open steps, and write the log. */
import { type Kysely, sql } from "kysely";
import type { RunOutcome } from "../core/steps.ts";
import { withRefusals } from "./refusals.ts";
import type { Tables } from "./tables.ts";

/**
 * Ends a run; the first end stands, and a second one changes nothing. `reason` counts for all but an abort, whose reason
 * is what the person said.
 * @throws {NotAllowed} nobody aborted it, it isn't live, its review did not end so @throws {NotFound}
 */
export async function endRun(
  db: Kysely<Tables>,
  runId: string,
  { outcome, reason }: { outcome: RunOutcome; reason: string },
): Promise<void> {
  await withRefusals(() => sql`select end_run(${runId}, ${outcome}, ${reason})`.execute(db));
}

/**
 * Ends a run whose workflow is gone: as a person wanted who had aborted it at a step, as deployed if it had gone live,
 * else as failed, with `fate` for a reason, as in "was terminated in Temporal". False: it had ended before.
 * @throws {NotFound}
 */
export async function endLostRun(db: Kysely<Tables>, runId: string, fate: string): Promise<boolean> {
  const { rows } = await withRefusals(() =>
    sql<{ ended: boolean }>`select end_lost_run(${runId}, ${fate}) as ended`.execute(db),
  );
  return rows[0]?.ended === true;
}

/**
 * Ends a run in the name of whoever holds `proof`.
 * @returns why it ended, in words, and the wake-up that cancels its workflow
 * @throws {Conflict} it has ended, or is going live @throws {NotAllowed} @throws {NotFound}
 */
export async function abortRun(
  db: Kysely<Tables>,
  runId: string,
  { proof, reason }: { proof: string; reason: string },
): Promise<{ words: string; wakeUp: string }> {
  const { rows } = await withRefusals(() =>
    sql<{ words: string; woken: string }>`select * from abort_run(${proof}, ${runId}, ${reason})`.execute(db),
  );
  const [row] = rows as [{ words: string; woken: string }];
  return { words: row.words, wakeUp: row.woken };
}
