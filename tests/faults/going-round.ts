import type { Login } from "../../db/database-roles.ts";

const SOMEBODY = "(select id from person limit 1)";
const A_DIGEST = "repeat('0', 64)";

/** What would let a version live, a decision be another's, or the log say otherwise; tried by each of the four logins. */
const BY_ALL = [
  "update live set version = 1, fence = fence + 1",
  "insert into live (model, version, fence) values ('films', 1, 1)",
  "delete from live",
  `insert into decision (run_id, release_digest, report_digest, verdict, person_id, channel)
     select run_id, release_digest, report_digest, 'approve', ${SOMEBODY}, 'page' from review limit 1`,
  "update decision set verdict = 'approve'",
  "update review set state = 'approved', ended_at = now()",
  "update review set approvals_needed = 1, needs_override = false, rules = '{}'",
  "update audit set detail = '{}'",
  "delete from audit",
  "truncate audit cascade",
  `insert into person (name, roles) values ('mallory', '{admin}')`,
  "update person set roles = '{admin}'",
  `insert into token (token_sha256, person_id, expires_at) values (${A_DIGEST}, ${SOMEBODY}, now() + interval '1 day')`,
  "select token_sha256 from token",
  "select session_sha256 from session",
  "insert into role_ability values ('decide', 'service', 1)",
  "set role holt_owner",
  "set session authorization holt_owner",
  "alter role holt_server superuser",
  "grant holt_owner to current_user",
  "alter table live disable trigger all",
  "set session_replication_role = replica",
  "select decide_as(null::uuid, '', 'approve', '', '', '', 'page', false, null)",
  "select acting('', 'decide')",
  `insert into safeguard (kind, model, starts_at, ends_at, reason, person_id)
     values ('freeze', null, now(), now() + interval '1 day', 'x', ${SOMEBODY})`,
  "update safeguard set lifted_at = now()",
  "update incident_action set undone_at = now()",
  `insert into editorial_rule (model, kind, item_id, starts_at, reason, person_id)
     values ('films', 'ban', 'x', now(), 'x', ${SOMEBODY})`,
  "update editorial_rule set lifted_at = now()",
  `insert into experiment (id, model, number, plan, digest, holdout, layer, from_place, to_place, traffic, person_id, reason)
     values ('films-x1', 'films', 1, '{}', ${A_DIGEST}, false, 'films', 0, 1, 1, ${SOMEBODY}, 'x')`,
  "update experiment set traffic = 1",
  "insert into experiment_override (experiment_id, unit_id, arm, person_id) select id, 'x', 'x', person_id from experiment",
  "select start_experiment('', '{}', 'x')",
  `insert into trusted_environment (key_id, name, public_key, person_id, trusted_at)
     values (${A_DIGEST}, 'staging', '\\x00', ${SOMEBODY}, now())`,
  "update trusted_environment set ended_at = now()",
  `insert into imported_release (run_id, key_id, release_digest, report_digest, manifest, manifest_sha256, signature, evidence, person_id, imported_at)
     select run_id, ${A_DIGEST}, release_digest, report_digest, '{}', ${A_DIGEST}, '', '{}', ${SOMEBODY}, now() from review limit 1`,
  "select trust_environment('', 'staging', '\\x302a300506032b6570032100'::bytea || sha256('x'))",
  "select import_release('', repeat('0', 64), '{}', '', '{}', '{}', '{}', '[]')",
  "insert into reserved_action values ('x')",
  "create function public.shadow() returns text language sql as 'select 1::text'",
  "create trigger more after insert on decision for each row execute function refuse_change()",
  "copy (select 1) to program 'true'",
  "select pg_read_file('/etc/hostname')",
];

/** What a person says of a failed step, a run or an incident, or a forged workflow's activity would say in their place. */
const BY_BOTH = [
  `insert into step_answer (run_id, step, round, answer, person_id) values ('{run}', 'train:als', 1, 'skip', ${SOMEBODY})`,
  `insert into audit (person_id, action, subject) values (${SOMEBODY}, 'open_incident', 'run {run}')`,
  ...["retry_step", "skip_step", "abort_step", "finish_run", "acknowledge_incident", "refuse_decision"].map(
    (action) => `insert into audit (action, subject) values ('${action}', 'run {run}')`,
  ),
  "update run set outcome = 'aborted', finished_at = now()",
  "update run set state = 'aborted' where finished_at is null",
  "update step set state = 'skipped'",
  `update incident set state = 'acknowledged', acknowledged_by = ${SOMEBODY}`,
  "insert into wake_up (workflow_id, signal) select workflow_id, 'cancel' from run",
];

/** What only one of them comes near by its own work. */
const BY_ONE: readonly [Login, string][] = [
  ["worker", "select skip_step('{run}', 'train:als')"],
  [
    "worker",
    "insert into step (run_id, name, kind, position, state) values ('{run}', 'x', 'own_step', 9, 'skipped')",
  ],
  ...["aborted", "deployed", "rejected", "expired", "superseded", "rolled_back"].map(
    (outcome): [Login, string] => ["worker", `select end_run('{run}', '${outcome}', 'because')`],
  ),
  ...["skip", "abort"].map((answer): [Login, string] => [
    "worker",
    `select answer_step('', '{run}', 'train:als', 1, '${answer}', '')`,
  ]),
  ["server", "select answer_step('', '{run}', 'train:als', 1, 'skip', '')"],
  ["server", "select abort_run('', '{run}', 'because')"],
  ["server", "select acknowledge_incident('', 1)"],
  ["server", "select settle_action('', 1, 'x', 'undo', 'because')"],
  ["server", "select take_action(1, 'x', null)"],
  ["worker", "select undo_action(act, null, 'because') from incident_action as act"],
  ["worker", "select open_incident_run('films', 'x', 1)"],
  ["worker", "select put_up('films', 'baseline', 'x')"],
  ["server", "select skip_step('{run}', 'train:als')"],
  ["server", "select end_run('{run}', 'aborted', 'because')"],
  ["server", "select close_run(run, 'aborted', '', null) from run"],
  ["worker", "update run set person_id = null"],
  ["worker", "update run set definition_digest = definition_digest"],
  ["worker", "insert into definition_author select digest, null from definition"],
  ["worker", "update model set definition_digest = definition_digest"],
  [
    "worker",
    "insert into audit (action, subject, at) values ('finish_run', 'run 1', now() - interval '1 year')",
  ],
  ["worker", "insert into audit (action, subject) values ('approve', 'run 1')"],
  ["worker", "update release set body = '{}'"],
  ["worker", "update qa_report set body = '{}'"],
  ["worker", "select sign_in_external('i', 's', 'mallory', null, '{admin}', null, 1000, repeat('0', 64))"],
  ["worker", "select rollback('', 'films', 1, 1, 'because')"],
  ["worker", "create temporary table person (id uuid)"],
  ["server", "update run set person_id = null"],
  [
    "server",
    "select sign_in_external('i', 's', 'mallory', 'm@x.org', '{admin}', null, 1000, repeat('0', 64))",
  ],
  ["server", "update step set detail = '{}'"],
  [
    "server",
    "insert into step (run_id, name, kind, position) select id, 'deploy', 'deploy', 1 from run limit 1",
  ],
  ["sign_in", "select name from person"],
  ["sign_in", "select issue_token(null, 'mallory', '', 1000, repeat('0', 64))"],
  ["server", "insert into audit (action, subject) values ('deploy', 'version 1')"],
  ["server", "select deploy('films-1', 1, '', '')"],
  ["server", "select register_version('films-1')"],
  ["server", "select settle_review('films-1')"],
  ["server", "select issue_token(null, 'mallory', '', 1000, repeat('0', 64))"],
  ["server", "select add_person(null, 'mallory', '{admin}', '{}', null, null)"],
  ["server", "create temporary table person (id uuid)"],
  ["server", "create table data.x ()"],
  ["ingest", "select name from person"],
  ["ingest", "select * from decision"],
  ["ingest", "update run set state = 'finished'"],
  ["ingest", "do 'begin end'"],
  ["ingest", "create function data.evil() returns integer language sql as 'select 1'"],
  ["auditor", "insert into audit (action, subject) values ('finish_run', 'run 1')"],
];

/** `{run}`: one that is open, with a failed step "train:als". */
export const GOING_ROUND: readonly [Login, string][] = [
  ...(["worker", "server", "sign_in", "ingest", "auditor"] as const).flatMap((login) =>
    BY_ALL.map((statement): [Login, string] => [login, statement]),
  ),
  ...(["worker", "server"] as const).flatMap((login) =>
    BY_BOTH.map((statement): [Login, string] => [login, statement]),
  ),
  ...BY_ONE,
];

/** Things put where a function with the owner's rights might look first, and then that function. */
export const SHADOWS: readonly { login: Login; prepare: readonly string[]; statement: string }[] = [
  {
    // a table of one's own with a token that is known, in the schema that is searched first
    login: "ingest",
    prepare: [
      "create temporary table token (token_sha256 text, person_id uuid, revoked_at timestamptz, expires_at timestamptz)",
      "create temporary table person as select * from (select null::uuid as id, 'mallory' as name, '{admin}'::text[] as roles) as p",
      "set search_path = pg_temp, public",
    ],
    statement: "select deploy('{run}', 1, '', '')",
  },
  {
    login: "server",
    prepare: ["set search_path = data, pg_temp, public"],
    statement: "select decide('holt_x', '{run}', 'approve', '', '', '', 'page', false, null)",
  },
  {
    login: "worker",
    prepare: ["set search_path = data, pg_temp, public", "reset session authorization", "reset role"],
    statement: "select decide('holt_x', '{run}', 'approve', '', '', '', 'page', false, null)",
  },
];

/** What a definition's SQL could leave in `data`, where server and worker read: it must not run with their rights. */
export const PLANTED: readonly { plant: readonly string[]; login: Login; statement: string }[] = (
  ["server", "worker"] as const
).flatMap((login) => [
  {
    login,
    plant: [
      `create or replace view data.sly_${login} as select end_session(repeat('0', 64)) is null as item_id`,
    ],
    statement: `select item_id from data.sly_${login}`,
  },
  {
    login,
    plant: [
      `create table data.guarded_${login} as select 'i1' as item_id`,
      `alter table data.guarded_${login} enable row level security`,
      `create policy sly on data.guarded_${login} using (end_session(repeat('0', 64)) is null)`,
    ],
    statement: `select item_id from data.guarded_${login}`,
  },
]);
