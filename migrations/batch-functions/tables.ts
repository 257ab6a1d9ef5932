import { type Kysely, sql } from "kysely";

export async function addBatchTables(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table batch (
      id text primary key,
      -- names its tables
      seq bigint generated always as identity unique,
      model text not null references model,
      -- the same key again is the same batch
      batch_key text not null,
      -- fixed when it is opened, so that a flip meanwhile mixes nothing
      version integer not null,
      release_digest text not null references release,
      source text not null,
      target text not null,
      k integer not null check (k between 1 and 1000),
      layout text not null check (layout in ('rows', 'lists')),
      strangers text not null check (strangers in ('popularity', 'set_aside')),
      country text check (country ~ '^[A-Z]{2}$'),
      max_bad_row_share double precision not null check (max_bad_row_share between 0 and 1),
      trigger text not null check (trigger in ('person', 'deployment', 'schedule')),
      person_id uuid references person,
      workflow_id text not null unique,
      state text not null default 'running'
        check (state in ('running', 'needs_attention', 'done', 'cancelled', 'superseded', 'failed')),
      -- counts the times it needed attention
      round integer not null default 0,
      error_code text,
      error_message text,
      -- what is seen when its rows are copied holds for all of them
      interactions_table text,
      urgent_rules json,
      only_popularity boolean not null default false,
      scored_at timestamptz,
      staged_at timestamptz,
      rows_staged bigint not null default 0,
      rows_set_aside bigint not null default 0,
      -- the last line that is committed; where the next attempt goes on
      done_up_to bigint not null default 0,
      rows_scored bigint not null default 0,
      rows_by_popularity bigint not null default 0,
      file_path text,
      opened_at timestamptz not null default now(),
      finished_at timestamptz,
      -- its rows are there no more
      dropped_at timestamptz,
      unique (model, batch_key),
      foreign key (model, version) references model_version (model, version),
      check ((finished_at is null) = (state in ('running', 'needs_attention'))),
      check ((trigger = 'person') = (person_id is not null) or trigger = 'deployment')
    )`.execute(db);
  // Which batch's rows stand behind a view; the view belongs to one model.
  await sql`
    create table batch_target (
      target text primary key,
      model text not null references model,
      batch_id text references batch,
      changed_at timestamptz not null default now()
    )`.execute(db);
  await sql`
    create table batch_set_aside (
      batch_id text not null references batch,
      line bigint not null,
      reason text not null,
      primary key (batch_id, line)
    )`.execute(db);
}
