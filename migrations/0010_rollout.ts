/** A signed version meets traffic in stages: beside the live one, then for a growing share, judged by what both did. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addReservedActions, reserveActions } from "./reserved-actions.ts";
import { addRolloutFunctions } from "./rollout-functions/functions.ts";
import { addTrafficEnds } from "./rollout-functions/traffic-ends.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await addReservedActions(db);
  await reserveActions(db, ["roll_out", "end_rollout", "answer_rollout"]);
  await addServers(db);
  await addStages(db);
  await addAnswers(db);
  await sql`alter table run drop constraint run_outcome_check`.execute(db);
  await sql`
    alter table run add constraint run_outcome_check check (outcome in ('deployed', 'rolled_back', 'no_change', 'rejected',
      'expired', 'superseded', 'qa_failed', 'aborted', 'failed'))`.execute(db);
  await addTrafficEnds(db);
  await addRolloutFunctions(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on server_instance, serving_count, traffic, rollout_stage, rollout_answer"],
      holt_server: [
        "select on server_instance, serving_count, traffic, rollout_stage, rollout_answer",
        "insert, update, delete on server_instance",
        "insert, update on serving_count",
      ],
      holt_auditor: ["select on traffic, rollout_stage, rollout_answer"],
    },
    calls: {
      holt_worker: ["start_stage", "note_stage", "end_rollout"],
      holt_server: ["answer_rollout"],
    },
  });
}

async function addServers(db: Kysely<unknown>): Promise<void> {
  // Who serves now, and what it has in memory, ready to answer.
  await sql`
    create table server_instance (
      id uuid primary key,
      name text not null,
      started_at timestamptz not null default now(),
      last_seen_at timestamptz not null default now(),
      -- [{ "model", "version", "problem": null or why it could not be loaded }]
      versions jsonb not null default '[]'
    )`.execute(db);
}

async function addStages(db: Kysely<unknown>): Promise<void> {
  // The one version beside the live one; no row, no rollout.
  await sql`
    create table traffic (
      model text primary key references model,
      version integer not null,
      run_id text not null references run,
      stage integer not null,
      kind text not null check (kind in ('warm', 'shadow', 'canary')),
      share double precision not null check (share >= 0 and share < 1),
      foreign key (model, version) references model_version (model, version),
      check ((kind = 'canary') = (share > 0))
    )`.execute(db);
  // History, too: which version was asked, or answered a share of the people, from when to when, by whose decision.
  await sql`
    create table rollout_stage (
      run_id text not null references run,
      stage integer not null,
      model text not null,
      version integer not null,
      kind text not null check (kind in ('warm', 'shadow', 'canary')),
      share double precision not null,
      person_id uuid references person,
      started_at timestamptz not null default now(),
      state text not null default 'running' check (state in ('running', 'held', 'passed', 'failed', 'ended')),
      -- what the last look found, a sentence each
      checks jsonb not null default '[]',
      looked_at timestamptz,
      ended_at timestamptz,
      primary key (run_id, stage),
      foreign key (model, version) references model_version (model, version)
    )`.execute(db);
  // What each server's answers were in a stage, since it heard of it: counted there, and written over each second.
  await sql`
    create table serving_count (
      run_id text not null,
      stage integer not null,
      arm text not null check (arm in ('champion', 'canary', 'shadow')),
      server_id uuid not null,
      requests bigint not null,
      errors bigint not null,
      fallbacks bigint not null,
      compared bigint not null,
      agreement double precision not null,
      latency integer[] not null,
      primary key (run_id, stage, arm, server_id),
      foreign key (run_id, stage) references rollout_stage (run_id, stage)
    )`.execute(db);
}

async function addAnswers(db: Kysely<unknown>): Promise<void> {
  // What a person said of a stage: the first answer stands.
  await sql`
    create table rollout_answer (
      run_id text not null,
      stage integer not null,
      answer text not null check (answer in ('go_on', 'back')),
      person_id uuid not null references person,
      reason text not null check (reason <> ''),
      at timestamptz not null default now(),
      primary key (run_id, stage),
      foreign key (run_id, stage) references rollout_stage (run_id, stage)
    )`.execute(db);
  await sql`
    create trigger rollout_answer_stays before update or delete or truncate on rollout_answer
    for each statement execute function refuse_change()`.execute(db);
}
