import { type Kysely, sql } from "kysely";

/** Hashes of secrets, and what only functions look at. Nobody reads them, so nobody can look for one to try. */
const HIDDEN = ["token", "session", "sign_in_code", "review_code"];

/** What each login reads of Holt's tables. */
const READS = {
  holt_ingest: ["definition", "model", "run", "step", "snapshot", "set_aside_row", "feature_table"],
  holt_auditor: [
    ...["audit", "audit_link", "audit_origin", "person", "person_identity", "role_ability", "delegation"],
    ...[
      "definition",
      "definition_author",
      "model",
      "run",
      "release",
      "qa_report",
      "review",
      "review_comment",
    ],
    ...["decision", "model_version", "live", "deployment", "step"],
  ],
} as const;

/**
 * What each login writes itself: the steps of the work. Nobody but functions writes who is who, what was decided, what
 * is live, who applied a definition and who asked for a run.
 */
const WRITES: Record<string, readonly string[]> = {
  holt_ingest: ["insert, delete on snapshot, feature_table", "insert on set_aside_row"],
  holt_worker: [
    "update (state, outcome, outcome_reason, finished_at, champion_version) on run",
    "insert, update on step, step_result, incident, outgoing_webhook, wake_up, review_notice",
    "insert on release, qa_report, monitor_reference, monitor_run",
    "update (interactions_table, items_table) on model",
    "insert (person_id, action, model, subject, detail) on audit",
  ],
  holt_server: [
    "update (state, outcome, outcome_reason, finished_at) on run",
    "update (state, progress, finished_at) on step",
    "insert, update on wake_up, review_notice",
    "insert on step_answer",
    "update (state, acknowledged_by) on incident",
    "insert (person_id, action, model, subject, detail) on audit",
    "insert, update, delete on sign_in_attempt, slack_request",
    "select (person_id, label, created_at, expires_at, revoked_at) on token",
  ],
};

export async function grantTables(db: Kysely<unknown>): Promise<void> {
  const logins = sql`holt_ingest, holt_worker, holt_server, holt_sign_in, holt_auditor`;
  await sql`grant usage on schema public to ${logins}`.execute(db);
  await sql`grant usage on schema data to holt_worker, holt_server`.execute(db);
  await sql`grant select on all tables in schema public to holt_worker, holt_server`.execute(db);
  await sql`revoke all on ${sql.join(HIDDEN.map((name) => sql.id(name)))} from ${logins}`.execute(db);
  await sql`revoke select on audit, audit_link, audit_origin, sign_in_attempt, slack_request from holt_worker`.execute(
    db,
  );
  for (const [login, tables] of Object.entries(READS))
    await sql`grant select on ${sql.join(tables.map((name) => sql.id(name)))} to ${sql.id(login)}`.execute(
      db,
    );
  for (const [login, grants] of Object.entries(WRITES))
    for (const grant of grants) await sql`grant ${sql.raw(grant)} to ${sql.id(login)}`.execute(db);
  // Tables of data: made by holt_ingest, read by whoever trains, judges and serves.
  await sql`grant select on all tables in schema data to holt_worker, holt_server`.execute(db);
  await sql`alter default privileges for role holt_ingest in schema data
    grant select on tables to holt_worker, holt_server`.execute(db);
  // And those that whoever owns the database puts there, as when data is restored.
  await sql`alter default privileges in schema data grant select on tables to holt_worker, holt_server, holt_ingest`.execute(
    db,
  );
}
