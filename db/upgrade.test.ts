import { Migrator } from "kysely/migration";
import pg from "pg";
import { expect, inject, it, onTestFinished } from "vitest";
import { up as lifecycle } from "../migrations/0001_lifecycle.ts";
import { verifyAudit } from "../operations/audit-verify.ts";
import { decideAs } from "../tests/support/reviewed-run.ts";
import { openDatabase } from "./connection.ts";
import { createDatabase } from "./create-database.ts";
import { deploy, rollback } from "./deployments.ts";
import { migrate } from "./migrate.ts";
import { getReview, redeemReviewCode } from "./reviews.ts";

const ID = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const D = (letter: string) => letter.repeat(64);

/** Rows of every table of the first release: version 1 is live, version 2 was, and a third run waits for its review. */
const FIRST_RELEASE = `
  insert into person (id, name, role) values ('${ID(1)}', 'rita', 'reviewer'), ('${ID(2)}', 'ed', 'engineer'),
    ('${ID(3)}', 'ada', 'admin'), ('${ID(4)}', 'shop', 'service'), ('${ID(5)}', 'vic', 'viewer');
  insert into token (token_sha256, person_id, expires_at) select encode(sha256(convert_to('secret of ' || name, 'UTF8')), 'hex'), id, now() + interval '1 day' from person;
  insert into session (session_sha256, person_id, expires_at) values ('${D("a")}', '${ID(1)}', now() + interval '1 hour');
  insert into sign_in_code (code_sha256, person_id, expires_at) values ('${D("b")}', '${ID(1)}', now() + interval '1 hour');
  insert into definition (digest, model, body, folder) values ('${D("d")}', 'films', '{"name":"films"}', '.'), ('${D("e")}', 'films', '{"name":"films","k":5}', '.');
  insert into model (name, definition_digest) values ('films', '${D("d")}');
  insert into run (id, model, run_key, definition_digest, as_of, trigger, person_id, champion_version, workflow_id, state, outcome, finished_at)
    values ('films-1', 'films', '1', '${D("d")}', now(), 'schedule', null, null, 'run/films/1', 'finished', 'deployed', now()),
      ('films-2', 'films', '2', '${D("d")}', now(), 'schedule', null, 1, 'run/films/2', 'finished', 'deployed', now()),
      ('films-4', 'films', '4', '${D("d")}', now(), 'schedule', null, 2, 'run/films/4', 'finished', 'rejected', now()),
      ('films-5', 'films', '5', '${D("d")}', now(), 'schedule', null, 2, 'run/films/5', 'finished', 'expired', now());
  insert into run (id, model, run_key, definition_digest, as_of, trigger, person_id, champion_version, workflow_id, state)
    values ('films-3', 'films', '3', '${D("d")}', now(), 'schedule', null, 1, 'run/films/3', 'waiting_for_review');
  insert into step (run_id, name, kind, position) select id, 'qa', 'qa', 1 from run;
  insert into step_answer (run_id, step, round, answer, person_id) values ('films-1', 'qa', 1, 'retry', '${ID(2)}');
  insert into step_result (input_digest, kind, result, run_id) values ('${D("1")}', 'qa', '{}', 'films-1');
  insert into snapshot (model, source, input_digest, content_digest, table_name, run_id, rows_read, rows_kept, rows_set_aside, delivered_at)
    values ('films', 'plays', '${D("1")}', '${D("2")}', 'plays_1', 'films-1', 2, 1, 1, now());
  create table data.plays_1 (user_id text, item_id text);
  insert into set_aside_row (snapshot_id, line, reason, raw) select id, 2, 'no key', ',' from snapshot;
  insert into feature_table (model, name, input_digest, table_name, run_id, rows) values ('films', 'items', '${D("1")}', 'items_1', 'films-1', 1);
  insert into release (digest, model, body) select encode(sha256(convert_to(n::text, 'UTF8')), 'hex'), 'films',
    jsonb_build_object('artifactDigest', '${D("f")}', 'candidate', 'als', 'definitionDigest', '${D("d")}') from generate_series(1, 5) n;
  insert into qa_report (digest, body) select digest, '{"schemaVersion": 1, "checks": []}' from release;
  insert into review (run_id, release_digest, report_digest, expires_at, expired_at) select id, digest, digest, now() + interval '1 day',
    case when id = 'films-5' then now() end from run, release where digest = encode(sha256(convert_to(run_key, 'UTF8')), 'hex');
  insert into decision (id, run_id, release_digest, report_digest, verdict, person_id, channel, reason)
    select ('00000000-0000-4000-9000-00000000000' || right(run_id, 1))::uuid, run_id, release_digest, report_digest,
      case run_id when 'films-4' then 'reject' else 'approve' end, '${ID(1)}', 'page', 'because'
    from review where run_id in ('films-1', 'films-2', 'films-4');
  insert into review_code (code_sha256, person_id, run_id, release_digest, report_digest, verdict, expires_at)
    select '${D("c")}', '${ID(1)}', run_id, release_digest, report_digest, 'approve', now() + interval '1 hour' from review where run_id = 'films-3';
  insert into model_version (model, version, release_digest, run_id, decision_id) select 'films', right(run_id, 1)::integer, release_digest, run_id, id from decision where verdict = 'approve';
  insert into live (model, version, fence) values ('films', 1, 3);
  insert into deployment (model, version, previous_version, fence, kind, run_id, person_id, reason) values ('films', 1, null, 1, 'deploy', 'films-1', '${ID(1)}', 'approved'),
    ('films', 2, 1, 2, 'deploy', 'films-2', '${ID(1)}', 'approved'), ('films', 1, 2, 3, 'rollback', null, '${ID(2)}', 'worse');
  insert into monitor_reference (model, version, body) values ('films', 1, '{}');
  insert into monitor_run (id, model, version, at, verdict, checks, duration_ms) values ('m', 'films', 1, now(), 'pass', '[]', 1);
  insert into incident (model, cause, title, symptoms) values ('films', 'stale', 'Stale', '[]');
  insert into outgoing_webhook (incident_id, event, body) select id, 'opened', '{}' from incident;
  insert into wake_up (workflow_id, signal) values ('run/films/3', 'approval');
  insert into audit (person_id, action, model, subject) values ('${ID(3)}', 'add_person', null, 'person rita'),
    ('${ID(2)}', 'apply', 'films', 'definition ${D("d")}'), ('${ID(3)}', 'apply', 'films', 'definition ${D("e")}'),
    ('${ID(2)}', 'apply', 'films', 'definition ${D("d")}'), ('${ID(1)}', 'approve', 'films', 'run films-1');
`;

/** A database as the first release left it, brought up to this code. */
async function upgraded() {
  const name = `upgrade_${crypto.randomUUID().slice(0, 8)}`;
  const admin = inject("postgresUrl");
  const url = await createDatabase(admin, name);
  const database = openDatabase(url, { applicationName: "holt-test" });
  onTestFinished(async () => {
    await database.close();
    const client = new pg.Client({ connectionString: admin });
    await client.connect();
    await client.query(`drop database ${name} with (force)`);
    await client.end();
  });
  const provider = { getMigrations: async () => ({ "0001_lifecycle": { up: lifecycle } }) };
  const { error } = await new Migrator({ db: database.db, provider }).migrateToLatest();
  if (error) throw error;
  await database.pool.query(FIRST_RELEASE);
  const empty = await database.pool.query<{ relname: string }>(
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not like 'kysely%'
       and (xpath('/row/c/text()', query_to_xml(format('select count(*) as c from %I', relname), false, true, '')))[1]::text = '0'`,
  );
  expect(empty.rows, "tables without a row").toEqual([]);
  await migrate(database.db);
  return database;
}

const person = (name: string, n: number) => ({ name, personId: ID(n), proof: `secret of ${name}` });

it("brings a database of the first release up, with rows in every table, and loses nothing of who may", async () => {
  const { db, pool } = await upgraded();
  const { rows: people } = await pool.query("select name, roles from person order by name");
  expect(people).toEqual([
    { name: "ada", roles: ["admin"] },
    { name: "ed", roles: ["deployer"] },
    { name: "rita", roles: ["reviewer"] },
    { name: "shop", roles: ["service"] },
    { name: "vic", roles: ["viewer"] },
  ]);
  const { rows: reviews } = await pool.query("select run_id, state from review order by run_id");
  expect(reviews.map(({ run_id, state }) => `${run_id} ${state}`)).toEqual([
    "films-1 approved",
    "films-2 approved",
    "films-3 open",
    "films-4 rejected",
    "films-5 expired",
  ]);
  expect(await verifyAudit({ db, pool, close: async () => {} })).toMatchObject({ intact: true, entries: 5 });
  const { rows: owners } = await pool.query(
    `select relname from pg_class where relnamespace in ('public'::regnamespace, 'data'::regnamespace) and relkind = 'r'
       and relname not like 'kysely%' and pg_get_userbyid(relowner) not in ('holt_owner', 'holt_ingest')`,
  );
  expect(owners).toEqual([]);
});

it("lets who applied a definition before the upgrade approve nothing of it after it, and others what waited", async () => {
  const { db, pool } = await upgraded();
  await pool.query("update person set roles = '{reviewer,deployer}' where name = 'ed'");
  const { release_digest: releaseDigest, report_digest: reportDigest } = await getReview(db, "films-3");
  const run = { runId: "films-3", model: "films", releaseDigest, reportDigest };
  await expect(decideAs(db, person("ed", 2), run)).rejects.toThrow('"ed" applied its definition');
  const { rows: authors } = await pool.query(
    "select left(definition_digest, 1) as of, name from definition_author join person on person.id = person_id order by 1",
  );
  expect(authors).toEqual([
    { of: "d", name: "ed" },
    { of: "e", name: "ada" },
  ]);
  await expect(decideAs(db, person("vic", 5), run)).rejects.toThrow("may not decide");
  await decideAs(db, person("rita", 1), run);
  expect((await getReview(db, "films-3")).state).toBe("approved");
  await pool.query("select register_version('films-3')");
  const flip = () => deploy(db, { runId: "films-3", version: 3 }, { artifactDigest: D("f"), reportDigest });
  expect(await flip()).toMatchObject({ version: 3, previous_version: 1, fence: 4 });
  const back = { proof: "secret of ed", model: "films", expected: 3, to: 2, reason: "slow" };
  expect(await rollback(db, back)).toMatchObject({ version: 2, kind: "rollback" });
  expect(await redeemReviewCode(db, "any", "films-3")).toContain("is not one of this review's");
});
