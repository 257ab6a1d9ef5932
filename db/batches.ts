/** Batches as rows: what is asked for, and how far it is. The database's functions say who may. */
import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { PoolClient } from "pg";
import type { BatchLayout, BatchState, Strangers } from "../core/batch.ts";
import type { EditorialRule } from "../core/editorial-rules.ts";
import { NotFound } from "../core/errors.ts";
import { withRefusals } from "./refusals.ts";
import type { BatchTable, Tables } from "./tables.ts";

export type BatchRow = Selectable<BatchTable>;

export interface WantedBatch {
  model: string;
  /** The same key again is the same batch; undefined makes a new one each time. */
  key?: string | undefined;
  /** Undefined for what is live. */
  version?: number | undefined;
  source: string;
  target: string;
  k: number;
  layout: BatchLayout;
  strangers: Strangers;
  country?: string | undefined;
  maxBadRowShare: number;
}

/** @throws {NotAllowed | NotFound | Conflict} as operations/batches.ts says */
export async function openBatch(
  db: Kysely<Tables>,
  proof: string,
  { model, key, version, source, target, k, layout, strangers, country, maxBadRowShare }: WantedBatch,
): Promise<{ id: string; isNew: boolean; wakeUp: string | null }> {
  const { rows } = await withRefusals(() =>
    sql<{ id: string; isNew: boolean; wakeUp: string | null }>`
      select id, is_new as "isNew", woken as "wakeUp" from open_batch(${proof}, ${model}, ${key ?? null}, ${version ?? null}::integer,
        ${source}, ${target}, ${k}::integer, ${layout}, ${strangers}, ${country ?? null},
        ${maxBadRowShare}::double precision)`.execute(db),
  );
  const [made] = rows;
  if (!made) throw new Error(`model "${model}": opening a batch gave no row`);
  return made;
}

/** The batch of a schedule's tick; null where there is nothing to score. */
export async function openScheduledBatch(
  db: Kysely<Tables>,
  { model, tick, workflowId }: { model: string; tick: string; workflowId: string },
): Promise<string | null> {
  const { rows } = await sql<{ id: string | null }>`
    select open_scheduled_batch(${model}, ${tick}::timestamptz, ${workflowId}) as id`.execute(db);
  return rows[0]?.id ?? null;
}

/** The id of the wake-up that its workflow needs. @throws {NotAllowed | NotFound | Conflict} */
export async function answerBatch(
  db: Kysely<Tables>,
  { proof, id, answer, reason }: { proof: string; id: string; answer: "retry" | "cancel"; reason: string },
): Promise<string> {
  const { rows } = await withRefusals(() =>
    sql<{ woken: string }>`select answer_batch(${proof}, ${id}, ${answer}, ${reason}) as woken`.execute(db),
  );
  return String(rows[0]?.woken);
}

/** @throws {NotFound} */
export async function getBatch(db: Kysely<Tables>, id: string): Promise<BatchRow> {
  const row = await db.selectFrom("batch").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw new NotFound(`batch "${id}": is not there; see "holt batch list"`);
  return row;
}

/** Undefined when no batch belongs to the workflow. */
export function findBatchOfWorkflow(db: Kysely<Tables>, workflowId: string): Promise<BatchRow | undefined> {
  return db.selectFrom("batch").selectAll().where("workflow_id", "=", workflowId).executeTakeFirst();
}

/** Batches that have no end yet and whose workflow was asked for at least so long ago, with nothing left to tell it. */
export function listWokenBatches(db: Kysely<Tables>, graceMs: number): Promise<BatchRow[]> {
  return db
    .selectFrom("batch")
    .selectAll()
    .where("finished_at", "is", null)
    .where("opened_at", "<", sql<Date>`now() - ${graceMs} * interval '1 millisecond'`)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("wake_up")
            .whereRef("wake_up.workflow_id", "=", "batch.workflow_id")
            .where("wake_up.delivered_at", "is", null),
        ),
      ),
    )
    .execute();
}

/** What all rows go by, once they are copied. */
export interface StagedWith {
  interactionsTable: string | null;
  urgentRules: readonly EditorialRule[];
  onlyPopularity: boolean;
  rows: number;
  setAside: number;
}

export async function noteStaged(
  client: PoolClient,
  id: string,
  { interactionsTable, urgentRules, onlyPopularity, rows, setAside }: StagedWith,
): Promise<void> {
  await client.query(
    `update batch set interactions_table = $2, urgent_rules = $3, only_popularity = $4, rows_staged = $5, rows_set_aside = $6,
       staged_at = clock_timestamp(), scored_at = clock_timestamp() where id = $1`,
    [id, interactionsTable, JSON.stringify(urgentRules), onlyPopularity, rows, setAside],
  );
}

export interface ScoredChunk {
  lastLine: number;
  scored: number;
  byPopularity: number;
  setAside: number;
}

/**
 * Notes rows as done, in the transaction that adds their lists.
 * @returns undefined when another attempt went on meanwhile, or somebody ended the batch: nothing may be committed then
 */
export async function noteScored(
  client: PoolClient,
  { id, done_up_to }: Pick<BatchRow, "id" | "done_up_to">,
  { lastLine, scored, byPopularity, setAside }: ScoredChunk,
): Promise<BatchRow | undefined> {
  const { rows } = await client.query<BatchRow>(
    `update batch set done_up_to = $3, rows_scored = rows_scored + $4, rows_by_popularity = rows_by_popularity + $5,
       rows_set_aside = rows_set_aside + $6
     where id = $1 and done_up_to = $2 and state = 'running' returning *`,
    [id, done_up_to, lastLine, scored, byPopularity, setAside],
  );
  return rows[0];
}

/** Ends an open batch; false when it has ended. */
export async function endBatch(
  db: Kysely<Tables>,
  id: string,
  end: { state: Exclude<BatchState, "running" | "needs_attention">; message?: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("batch")
    .set({
      state: end.state,
      finished_at: sql`clock_timestamp()`,
      ...(end.message !== undefined && { error_message: end.message }),
    })
    .where("id", "=", id)
    .where("finished_at", "is", null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Ends a batch whose workflow is gone; false when it has ended. */
export async function endLostBatch(db: Kysely<Tables>, id: string, message: string): Promise<boolean> {
  const { rows } = await sql<{ ended: boolean }>`select end_lost_batch(${id}, ${message}) as ended`.execute(
    db,
  );
  return rows[0]?.ended ?? false;
}

/** Puts a batch before a person; one that has ended, or stands there already, stays as it is. */
export async function needAttention(
  db: Kysely<Tables>,
  id: string,
  error: { code: string; message: string },
): Promise<void> {
  await db
    .updateTable("batch")
    .set((of) => ({
      state: "needs_attention",
      round: of("round", "+", 1),
      error_code: error.code,
      error_message: error.message,
    }))
    .where("id", "=", id)
    .where("state", "=", "running")
    .execute();
}

/** The batch, locked until `trx` ends; undefined when it has ended. */
export function lockOpenBatch(trx: Transaction<Tables>, id: string): Promise<BatchRow | undefined> {
  return trx
    .selectFrom("batch")
    .selectAll()
    .where("id", "=", id)
    .where("finished_at", "is", null)
    .forUpdate()
    .executeTakeFirst();
}

/** The newest finished batch with the same version, target and form whose rows are still there. */
export function findEarlierBatch(db: Kysely<Tables>, of: BatchRow): Promise<BatchRow | undefined> {
  return db
    .selectFrom("batch")
    .selectAll()
    .where("model", "=", of.model)
    .where("version", "=", of.version)
    .where("target", "=", of.target)
    .where("layout", "=", of.layout)
    .where("k", "=", of.k)
    .where("state", "=", "done")
    .where("dropped_at", "is", null)
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** The newest batch of the definition that a version was made by, undefined when none was opened. */
export function findNewestOwnBatch(
  db: Kysely<Tables>,
  { model, version }: { model: string; version: number },
): Promise<BatchRow | undefined> {
  return db
    .selectFrom("batch")
    .selectAll()
    .where("model", "=", model)
    .where("version", "=", version)
    .where("trigger", "<>", "person")
    .orderBy("seq", "desc")
    .limit(1)
    .executeTakeFirst();
}

/** Finished batches with the same target whose rows are there, beside the newest so many. */
export function listOldBatches(db: Kysely<Tables>, of: BatchRow, kept: number): Promise<BatchRow[]> {
  return db
    .selectFrom("batch")
    .selectAll()
    .where("model", "=", of.model)
    .where("target", "=", of.target)
    .where("state", "=", "done")
    .where("dropped_at", "is", null)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("batch_target").whereRef("batch_target.batch_id", "=", "batch.id"))),
    )
    .orderBy("seq", "desc")
    .offset(kept)
    .execute();
}

/** Batches of a model that ended without being shown, and whose rows are still there: their worker could not remove them. */
export function listLeftBatches(db: Kysely<Tables>, { model }: Pick<BatchRow, "model">): Promise<BatchRow[]> {
  return db
    .selectFrom("batch")
    .selectAll()
    .where("model", "=", model)
    .where("finished_at", "is not", null)
    .where("state", "<>", "done")
    .where("dropped_at", "is", null)
    .execute();
}
