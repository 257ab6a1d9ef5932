/** Batches as people look at them. */
import type { Kysely } from "kysely";
import type { BatchState } from "../../core/batch.ts";
import { parseBatchTarget } from "../../core/batch.ts";
import type { Batch, BatchSetAside } from "../../core/batch-api.ts";
import { NotFound } from "../../core/errors.ts";
import type { Tables } from "../tables.ts";
import { iso } from "./time.ts";

/** As many as a person would look through. */
const MOST = 100;

/** The newest first. */
export async function listBatches(
  db: Kysely<Tables>,
  { model, state }: { model?: string | undefined; state?: BatchState | undefined },
): Promise<Batch[]> {
  const rows = await select(db)
    .$if(model !== undefined, (query) => query.where("batch.model", "=", String(model)))
    .$if(state !== undefined, (query) => query.where("batch.state", "=", state as BatchState))
    .orderBy("batch.seq", "desc")
    .limit(MOST)
    .execute();
  return rows.map(toBatch);
}

/** @throws {NotFound} */
export async function getBatchView(db: Kysely<Tables>, id: string): Promise<Batch> {
  const row = await select(db).where("batch.id", "=", id).executeTakeFirst();
  if (!row) throw new NotFound(`batch "${id}": is not there; see "holt batch list"`);
  return toBatch(row);
}

/** The first so many rows that it set aside, by their lines. */
export function listBatchSetAside(db: Kysely<Tables>, id: string, limit: number): Promise<BatchSetAside[]> {
  return db
    .selectFrom("batch_set_aside")
    .select(["line", "reason"])
    .where("batch_id", "=", id)
    .orderBy("line")
    .limit(limit)
    .execute();
}

function select(db: Kysely<Tables>) {
  return db
    .selectFrom("batch")
    .leftJoin("person as by", "by.id", "batch.person_id")
    .leftJoin("batch_target as shown", "shown.batch_id", "batch.id")
    .selectAll("batch")
    .select(["by.name as by", "shown.target as shown_as"]);
}

type Row = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;

function toBatch(row: Row): Batch {
  const target = parseBatchTarget(row.target);
  return {
    ...{ id: row.id, model: row.model, version: row.version, releaseDigest: row.release_digest },
    ...{ from: row.source, to: row.target, k: row.k, layout: row.layout, strangers: row.strangers },
    ...{ country: row.country, maxBadRowShare: row.max_bad_row_share, trigger: row.trigger, by: row.by },
    state: row.state,
    error: row.error_message === null ? null : { code: row.error_code, message: row.error_message },
    rows: {
      ...{ read: row.rows_staged, setAside: row.rows_set_aside },
      ...{ scored: row.rows_scored, byPopularity: row.rows_by_popularity },
    },
    view: target.kind === "table" ? { name: `batches.${target.name}`, isShown: row.shown_as !== null } : null,
    file: row.file_path,
    startedAt: iso(row.opened_at),
    scoredAt: iso(row.scored_at),
    finishedAt: iso(row.finished_at),
    workflowId: row.workflow_id,
  };
}
