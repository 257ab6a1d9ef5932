/** The first road: definitions, runs, snapshots, candidates, review, versions, incidents. Nothing older runs beside it. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema data`.execute(db); // snapshots and feature tables, one table each, never changed once named

  await sql`
    create table person (
      id uuid primary key default gen_random_uuid(),
      name text not null unique check (name ~ '^[a-z0-9][a-z0-9._@-]{0,79}$'),
      role text not null check (role in ('viewer', 'service', 'reviewer', 'engineer', 'admin')),
      created_at timestamptz not null default now(),
      disabled_at timestamptz
    )`.execute(db);
  await sql`
    create table token (
      token_sha256 text primary key check (length(token_sha256) = 64),
      person_id uuid not null references person,
      label text not null default '',
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      revoked_at timestamptz
    )`.execute(db);
  // A session of the pages, and the single-use code that opens one; both are kept as hashes only.
  await sql`
    create table session (
      session_sha256 text primary key check (length(session_sha256) = 64),
      person_id uuid not null references person,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz
    )`.execute(db);
  await sql`
    create table sign_in_code (
      code_sha256 text primary key check (length(code_sha256) = 64),
      person_id uuid not null references person,
      expires_at timestamptz not null,
      used_at timestamptz
    )`.execute(db);

  await sql`
    create table definition (
      digest text primary key check (length(digest) = 64),
      model text not null,
      -- json, not jsonb: a person's order of steps and candidates is kept
      body json not null,
      folder text not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table model (
      name text primary key,
      definition_digest text not null references definition,
      applied_at timestamptz not null default now(),
      -- the newest interactions and items that a live run built: what serving looks people's histories up in
      interactions_table text,
      items_table text
    )`.execute(db);

  await sql`
    create table run (
      id text primary key,
      model text not null references model,
      run_key text not null,
      definition_digest text not null references definition,
      as_of timestamptz not null,
      trigger text not null check (trigger in ('person', 'schedule')),
      person_id uuid references person,
      baseline_only boolean not null default false,
      fresh boolean not null default false,
      -- what was live when the run opened: its candidates are judged beside it, and only it may be replaced
      champion_version integer,
      workflow_id text not null unique,
      state text not null default 'running'
        check (state in ('running', 'waiting_for_review', 'needs_attention', 'finished', 'aborted', 'failed')),
      outcome text check (outcome in ('deployed', 'no_change', 'rejected', 'expired', 'qa_failed', 'aborted', 'failed')),
      outcome_reason text,
      opened_at timestamptz not null default now(),
      finished_at timestamptz,
      unique (model, run_key),
      check ((outcome is null) = (finished_at is null))
    )`.execute(db);
  await sql`
    create table step (
      run_id text not null references run,
      name text not null,
      kind text not null,
      position integer not null,
      after text[] not null default '{}',
      skippable boolean not null default false,
      state text not null default 'waiting'
        check (state in ('waiting', 'running', 'done', 'reused', 'skipped', 'needs_attention', 'cancelled')),
      attempt integer not null default 0,
      -- counts the times the step needed attention; an answer names the round it answers
      round integer not null default 0,
      progress text,
      started_at timestamptz,
      finished_at timestamptz,
      input_digest text,
      reused_from_run text references run,
      summary text,
      rows bigint,
      detail jsonb,
      error_code text,
      error_message text,
      log_tail text,
      primary key (run_id, name)
    )`.execute(db);
  await sql`
    create table step_answer (
      id uuid primary key default gen_random_uuid(),
      run_id text not null,
      step text not null,
      round integer not null,
      answer text not null check (answer in ('retry', 'skip', 'abort')),
      person_id uuid not null references person,
      reason text not null default '',
      at timestamptz not null default now(),
      foreign key (run_id, step) references step (run_id, name),
      unique (run_id, step, round)
    )`.execute(db);
  // What a step gave for these inputs, so that the next run with the same inputs takes it.
  await sql`
    create table step_result (
      input_digest text primary key check (length(input_digest) = 64),
      kind text not null,
      result jsonb not null,
      run_id text not null references run,
      created_at timestamptz not null default now()
    )`.execute(db);

  await sql`
    create table snapshot (
      id bigint generated always as identity primary key,
      model text not null references model,
      source text not null,
      input_digest text not null check (length(input_digest) = 64),
      content_digest text not null check (length(content_digest) = 64),
      table_name text not null unique,
      run_id text not null references run,
      rows_read bigint not null,
      rows_kept bigint not null,
      rows_set_aside bigint not null,
      newest_event_time timestamptz,
      newest_known_time timestamptz,
      delivered_at timestamptz not null,
      created_at timestamptz not null default now(),
      unique (model, source, input_digest),
      check (rows_read = rows_kept + rows_set_aside)
    )`.execute(db);
  await sql`
    create table set_aside_row (
      snapshot_id bigint not null references snapshot on delete cascade,
      line bigint not null,
      reason text not null,
      raw text not null,
      primary key (snapshot_id, line)
    )`.execute(db);
  await sql`
    create table feature_table (
      id bigint generated always as identity primary key,
      model text not null references model,
      name text not null,
      input_digest text not null check (length(input_digest) = 64),
      table_name text not null unique,
      run_id text not null references run,
      rows bigint not null,
      created_at timestamptz not null default now(),
      unique (model, name, input_digest)
    )`.execute(db);

  await sql`
    create table qa_report (
      digest text primary key check (length(digest) = 64),
      body jsonb not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  // What a person signs: artifact, signature, fallback, definition, as one digest.
  await sql`
    create table release (
      digest text primary key check (length(digest) = 64),
      model text not null references model,
      body jsonb not null,
      created_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table review (
      run_id text primary key references run,
      release_digest text not null references release,
      report_digest text not null references qa_report,
      opened_at timestamptz not null default now(),
      expires_at timestamptz not null,
      expired_at timestamptz
    )`.execute(db);
  await sql`
    create table decision (
      id uuid primary key default gen_random_uuid(),
      run_id text not null unique references review,
      release_digest text not null references release,
      report_digest text not null references qa_report,
      verdict text not null check (verdict in ('approve', 'reject')),
      person_id uuid not null references person,
      channel text not null check (channel in ('page', 'cli', 'code')),
      reason text not null default '' check (verdict = 'approve' or reason <> ''),
      at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table review_code (
      code_sha256 text primary key check (length(code_sha256) = 64),
      person_id uuid not null references person,
      run_id text not null references review,
      release_digest text not null references release,
      report_digest text not null references qa_report,
      verdict text not null check (verdict in ('approve', 'reject')),
      reason text not null default '' check (verdict = 'approve' or reason <> ''),
      expires_at timestamptz not null,
      used_at timestamptz
    )`.execute(db);

  await sql`
    create table model_version (
      model text not null references model,
      version integer not null check (version > 0),
      release_digest text not null references release,
      run_id text not null unique references run,
      decision_id uuid not null references decision,
      created_at timestamptz not null default now(),
      primary key (model, version),
      unique (model, release_digest)
    )`.execute(db);
  await sql`
    create table live (
      model text primary key references model,
      version integer not null,
      fence bigint not null,
      since timestamptz not null default now(),
      foreign key (model, version) references model_version (model, version)
    )`.execute(db);
  await sql`
    create table deployment (
      id bigint generated always as identity primary key,
      model text not null,
      version integer not null,
      previous_version integer,
      fence bigint not null,
      kind text not null check (kind in ('deploy', 'rollback')),
      -- a deployment of a run happens once, however often its activity runs
      run_id text unique references run,
      person_id uuid not null references person,
      reason text not null,
      at timestamptz not null default now(),
      unique (model, fence),
      foreign key (model, version) references model_version (model, version),
      check ((kind = 'deploy') = (run_id is not null))
    )`.execute(db);

  await sql`
    create table monitor_reference (
      model text not null,
      version integer not null,
      body jsonb not null,
      created_at timestamptz not null default now(),
      primary key (model, version),
      foreign key (model, version) references model_version (model, version)
    )`.execute(db);
  await sql`
    create table monitor_run (
      id text primary key,
      model text not null references model,
      version integer,
      at timestamptz not null,
      verdict text not null check (verdict in ('pass', 'fail', 'inconclusive')),
      checks jsonb not null,
      duration_ms integer not null
    )`.execute(db);
  await sql`
    create table incident (
      id bigint generated always as identity primary key,
      model text not null references model,
      -- what is behind it: one incident a cause, however many checks it breaks
      cause text not null,
      title text not null,
      state text not null default 'open' check (state in ('open', 'acknowledged', 'resolved')),
      symptoms jsonb not null,
      opened_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      acknowledged_by uuid references person,
      resolved_at timestamptz,
      check ((state = 'resolved') = (resolved_at is not null))
    )`.execute(db);
  await sql`create unique index incident_one_open_a_cause on incident (model, cause) where state <> 'resolved'`.execute(
    db,
  );
  await sql`
    create table outgoing_webhook (
      id uuid primary key default gen_random_uuid(),
      incident_id bigint not null references incident,
      event text not null,
      body jsonb not null,
      created_at timestamptz not null default now(),
      delivered_at timestamptz,
      unique (incident_id, event)
    )`.execute(db);

  // Signals that must reach a workflow. Written with the row that has the authority; sent by whoever comes by.
  await sql`
    create table wake_up (
      id uuid primary key default gen_random_uuid(),
      workflow_id text not null,
      signal text not null,
      created_at timestamptz not null default now(),
      delivered_at timestamptz
    )`.execute(db);
  await sql`create index wake_up_open on wake_up (created_at) where delivered_at is null`.execute(db);

  await sql`
    create table audit (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      person_id uuid references person,
      action text not null,
      model text,
      subject text not null,
      detail jsonb not null default '{}'
    )`.execute(db);
  await sql`
    create function refuse_change() returns trigger language plpgsql as $$
    begin
      raise exception 'table "%": rows are only added, never changed or removed', tg_table_name using errcode = '42501';
    end $$`.execute(db);
  for (const table of ["audit", "decision", "deployment", "release", "qa_report", "step_answer"])
    await sql`
      create trigger ${sql.id(`${table}_only_grows`)} before update or delete or truncate on ${sql.id(table)}
      for each statement execute function refuse_change()`.execute(db);
  // Where a definition's files are is no part of it: a project's folder may move.
  await sql`
    create trigger definition_only_grows before update of digest, model, body or delete or truncate on definition
    for each statement execute function refuse_change()`.execute(db);
}
