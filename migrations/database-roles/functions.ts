import { type Kysely, sql } from "kysely";

/** Which functions each login may call. All others are parts of these. */
const CALLS = {
  holt_worker: [
    ...["open_scheduled_run", "open_review", "settle_review", "redeem_review_code"],
    ...["register_version", "deploy", "decide_barrier", "decided_barrier", "approvals_needed"],
    ...["standing_approvals", "has_open_question", "barred_because", "is_decider"],
  ],
  // Commands sign in to the database as the server does; whom a provider signed in is for the server's process alone to say.
  holt_sign_in: ["sign_in_external"],
  holt_server: [
    ...["add_person", "change_person", "disable_person", "link_identity", "issue_token", "revoke_tokens"],
    ...["token_holder", "issue_sign_in_code", "open_session", "session_holder", "end_session"],
    ...["apply_definition", "open_run", "decide", "issue_review_code", "rollback"],
    ...[
      "comment_on_review",
      "add_delegation",
      "end_delegation",
      "decide_barrier",
      "decided_barrier",
      "approvals_needed",
    ],
    ...["standing_approvals", "has_open_question", "barred_because", "is_decider"],
  ],
} as const;

/** Each by its name; a name that no function has stops the migration. */
export async function grantFunctions(db: Kysely<unknown>): Promise<void> {
  await sql`revoke execute on all functions in schema public
    from public, holt_ingest, holt_worker, holt_server, holt_sign_in, holt_auditor`.execute(db);
  for (const [login, names] of Object.entries(CALLS))
    for (const name of names)
      await sql`grant execute on function ${sql.id("public", name)} to ${sql.id(login)}`.execute(db);
}
