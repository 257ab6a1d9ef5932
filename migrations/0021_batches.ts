/** Tables scored as a whole: what is asked for, how far it is, and where the rows go. Old workers may run: it only adds. */
import { type Kysely, sql } from "kysely";
import { addBatchFunctions } from "./batch-functions/functions.ts";
import { addBatchTables } from "./batch-functions/tables.ts";
import { grantLater } from "./database-roles/later.ts";
import { reserveActions } from "./reserved-actions.ts";

/** What a worker writes down of its own work; never what was asked for, by whom, and with which version. */
const WORK = [
  ...[
    "state",
    "round",
    "error_code",
    "error_message",
    "interactions_table",
    "urgent_rules",
    "only_popularity",
  ],
  ...[
    "scored_at",
    "staged_at",
    "rows_staged",
    "rows_set_aside",
    "done_up_to",
    "rows_scored",
    "rows_by_popularity",
  ],
  ...["file_path", "finished_at", "dropped_at"],
];

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["start_batch", "retry_batch", "cancel_batch"]);
  // What analysts read, one view a target; and the rows behind them. What a definition's author wrote reaches neither.
  await sql`create schema batches`.execute(db);
  await sql`create schema batch_rows`.execute(db);
  await addBatchTables(db);
  await addBatchFunctions(db);
  await grantLater(db, {
    tables: {
      holt_worker: [
        "select on batch, batch_target, batch_set_aside",
        `update (${WORK.join(", ")}) on batch`,
        "update (batch_id, changed_at) on batch_target",
        "insert, delete on batch_set_aside",
        "usage, create on schema batches, batch_rows",
      ],
      holt_server: ["select on batch, batch_target, batch_set_aside"],
      holt_auditor: ["select on batch, batch_target"],
    },
    calls: {
      holt_worker: ["open_scheduled_batch"],
      holt_server: ["open_batch", "answer_batch", "end_lost_batch"],
    },
  });
}
