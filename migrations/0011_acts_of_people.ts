/**
 * What a person does to a run or an incident is written by functions that find the person by their own token or session,
 * and a run ends, or a step is left out, only as the rows say. Old servers and workers must end first.
 */
import { type Kysely, sql } from "kysely";
import { addAbortRun } from "./act-functions/abort-run.ts";
import { addAnswerStep } from "./act-functions/answer-step.ts";
import { addEnds } from "./act-functions/ends.ts";
import { addAcknowledge } from "./act-functions/incidents.ts";
import { addNoteRefusal } from "./act-functions/refusals.ts";
import { addSkipStep } from "./act-functions/skip-step.ts";
import { grantLater } from "./database-roles/later.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["retry_step", "skip_step", "abort_step", "finish_run"]);
  await reserveActions(db, ["acknowledge_incident", "refuse_decision"]);
  await addAnswerStep(db);
  await addSkipStep(db);
  await addEnds(db);
  await addAbortRun(db);
  await addAcknowledge(db);
  await addNoteRefusal(db);
  await takeRightsAway(db);
  await grantLater(db, {
    tables: {
      holt_worker: [
        "update (state, champion_version) on run",
        "insert (action, model, subject, detail) on audit",
        "insert (model, cause, title, symptoms, opened_at, last_seen_at) on incident",
        "update (title, symptoms, last_seen_at, state, resolved_at) on incident",
      ],
      holt_server: ["update (delivered_at) on wake_up"],
    },
    calls: {
      holt_worker: ["skip_step", "end_run"],
      holt_server: [
        ...["answer_step", "abort_run", "end_lost_run", "acknowledge_incident", "note_refused_decision"],
      ],
    },
  });
}

/** No process names a person in the log, answers, aborts or acknowledges by a statement of its own. */
async function takeRightsAway(db: Kysely<unknown>): Promise<void> {
  await sql`revoke insert on step_answer, audit from holt_server`.execute(db);
  await sql`revoke update on run, step, incident from holt_server`.execute(db);
  await sql`revoke update on run from holt_worker`.execute(db);
  await sql`revoke insert on audit from holt_worker`.execute(db);
  await sql`revoke insert, update on incident from holt_worker`.execute(db);
  // Functions write what is to be sent: a "cancel" ends a workflow.
  await sql`revoke insert, update on wake_up from holt_worker, holt_server`.execute(db);
}
