import { InvalidInput } from "../../core/errors.ts";
import { formatShare, plural } from "../../core/words.ts";
import { stageInput } from "../../db/batch-tables.ts";
import { type BatchRow, noteStaged } from "../../db/batches.ts";
import { getDefinition } from "../../db/definitions.ts";
import { listRules } from "../../db/editorial-rules.ts";
import { findServingTables } from "../../db/interactions.ts";
import { isPopularityPutUp } from "../../db/safeguards.ts";
import { inTransaction, withSession } from "../../db/session.ts";
import { getVersion } from "../../db/versions.ts";
import { failpoint } from "../../store/failpoint.ts";
import type { ActivityContext } from "../context.ts";
import { withInput } from "./input.ts";

/**
 * Copies a batch's input, and notes what all its rows go by from now on: histories, urgent rules, the time. All in one
 * transaction, so a second call finds it done, or begins anew.
 * @throws {InvalidInput} the source cannot be read, or too many of its rows are set aside; these are kept with their reasons
 */
export async function stageBatch(
  context: ActivityContext,
  batch: BatchRow,
  signal: AbortSignal,
): Promise<void> {
  if (batch.staged_at !== null) return;
  const { db } = context.database;
  const { release } = await getVersion(db, batch.model, batch.version);
  const { folder } = await getDefinition(db, release.definitionDigest);
  const seen = {
    interactionsTable: (await findServingTables(db, batch.model))?.interactions ?? null,
    urgentRules: await listRules(db, batch.model),
    onlyPopularity: await isPopularityPutUp(db, batch.model),
  };
  const tooMany = await withInput(context, { batch, folder }, signal, (rows) =>
    withSession(context.database, signal, (client) =>
      inTransaction(client, async () => {
        const staged = await stageInput(client, batch, rows);
        await failpoint("in batch input");
        const problem = tooManySetAside(batch, staged);
        // kept, so that somebody can look at them
        if (problem === undefined) await noteStaged(client, batch.id, { ...seen, ...staged });
        return problem;
      }),
    ),
  );
  if (tooMany !== undefined) throw new InvalidInput(tooMany);
}

/** Why a batch must stop; undefined while few enough rows are set aside. */
export function tooManySetAside(
  { id, source, max_bad_row_share }: Pick<BatchRow, "id" | "source" | "max_bad_row_share">,
  { rows, setAside }: { rows: number; setAside: number },
): string | undefined {
  if (setAside <= max_bad_row_share * rows) return undefined;
  return `from: ${plural(setAside, "row")} of ${rows} of ${source} set aside, more than ${formatShare(max_bad_row_share)}; see "holt batch show ${id}", mend them, or allow a greater share`;
}
