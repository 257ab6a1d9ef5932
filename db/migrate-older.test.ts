/** A database of the first version, with something in every table that later migrations change. */
import { type Kysely, sql } from "kysely";
import { Migrator } from "kysely/migration";
import pg from "pg";
import { expect, inject, it, onTestFinished } from "vitest";
import { up as lifecycle } from "../migrations/0001_lifecycle.ts";
import { openDatabase } from "./connection.ts";
import { listMissingMigrations, migrate } from "./migrate.ts";
import type { Tables } from "./tables.ts";

const digest = (letter: string) => letter.repeat(64);

async function olderDatabase(): Promise<Kysely<Tables>> {
  const admin = inject("postgresUrl");
  const name = `test_older_${process.pid}`;
  const runAs = async (statement: string) => {
    const client = new pg.Client({ connectionString: admin });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await runAs(`create database ${name}`);
  const database = openDatabase(new URL(name, admin).href, { applicationName: "holt-test" });
  onTestFinished(async () => {
    await database.close();
    await runAs(`drop database ${name} with (force)`);
  });
  const provider = { getMigrations: async () => ({ "0001_lifecycle": { up: lifecycle } }) };
  const { error } = await new Migrator({ db: database.db, provider }).migrateToLatest();
  if (error) throw error;
  await fill(database.db);
  return database.db;
}

/** One run a review can end with, as the first version wrote them. */
async function fill(db: Kysely<Tables>): Promise<void> {
  await sql`insert into person (name, role) values ('ada', 'admin'), ('erin', 'engineer'), ('rita', 'reviewer')`.execute(
    db,
  );
  await sql`insert into session (session_sha256, person_id, expires_at)
    select ${digest("5")}, id, now() + interval '1 h' from person where name = 'rita'`.execute(db);
  await sql`insert into definition (digest, model, body, folder) values (${digest("d")}, 'shop', '{"name": "shop"}', '.')`.execute(
    db,
  );
  await sql`insert into model (name, definition_digest) values ('shop', ${digest("d")})`.execute(db);
  await sql`insert into release (digest, model, body) values (${digest("a")}, 'shop', '{"candidate": "als"}')`.execute(
    db,
  );
  await sql`insert into qa_report (digest, body) values (${digest("b")}, '{"schemaVersion": 1, "checks": []}')`.execute(
    db,
  );
  for (const end of ["approved", "rejected", "expired", "open"]) {
    await sql`insert into run (id, model, run_key, definition_digest, as_of, trigger, person_id, workflow_id)
      select ${end}, 'shop', ${end}, ${digest("d")}, now(), 'person', id, ${end} from person where name = 'erin'`.execute(
      db,
    );
    await sql`insert into review (run_id, release_digest, report_digest, expires_at, expired_at) values
      (${end}, ${digest("a")}, ${digest("b")}, now() + interval '1 d', ${end === "expired" ? new Date() : null})`.execute(
      db,
    );
  }
  await sql`insert into decision (run_id, release_digest, report_digest, verdict, person_id, channel, reason)
    select run_id, ${digest("a")}, ${digest("b")}, case run_id when 'approved' then 'approve' else 'reject' end, id, 'cli', 'seen'
    from review, person where name = 'rita' and run_id in ('approved', 'rejected')`.execute(db);
  await sql`insert into model_version (model, version, release_digest, run_id, decision_id)
    select 'shop', 1, ${digest("a")}, run_id, id from decision where verdict = 'approve'`.execute(db);
  await sql`insert into live (model, version, fence) values ('shop', 1, 1)`.execute(db);
  await sql`insert into deployment (model, version, fence, kind, run_id, person_id, reason)
    select 'shop', 1, 1, 'deploy', 'approved', id, 'seen' from person where name = 'rita'`.execute(db);
  await sql`insert into audit (action, subject) values ('apply', 'definition'), ('approve', 'run approved')`.execute(
    db,
  );
}

it("brings a database of the first version up, and keeps what was decided and what is live", async () => {
  const db = await olderDatabase();
  const missing = await listMissingMigrations(db);
  expect(await migrate(db)).toEqual(missing);
  expect(await db.selectFrom("person").select(["name", "roles"]).orderBy("name").execute()).toEqual([
    { name: "ada", roles: ["admin"] },
    { name: "erin", roles: ["deployer"] },
    { name: "rita", roles: ["reviewer"] },
  ]);
  expect(await db.selectFrom("review").select(["run_id", "state"]).orderBy("run_id").execute()).toEqual(
    ["approved", "expired", "open", "rejected"].map((state) => ({ run_id: state, state })),
  );
  expect(await db.selectFrom("decision").select(["run_id", "verdict"]).orderBy("run_id").execute()).toEqual([
    { run_id: "approved", verdict: "approve" },
    { run_id: "rejected", verdict: "reject" },
  ]);
  expect(await db.selectFrom("live").select(["model", "version", "fence"]).execute()).toEqual([
    { model: "shop", version: 1, fence: 1 },
  ]);
  const linked = await sql<{ n: number }>`select count(*) as n from audit_link`.execute(db);
  const entries = await sql<{ n: number }>`select count(*) as n from audit`.execute(db);
  expect(linked.rows[0]?.n).toBe(entries.rows[0]?.n);
  expect(await migrate(db)).toEqual([]);
});
