import pg from "pg";
import { expect, it } from "vitest";
import { ABILITIES } from "../core/roles.ts";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { openDatabase } from "./connection.ts";
import { findTooStrongRole, LOGINS, passwordIn } from "./database-roles.ts";

/** What nobody but functions writes, whichever columns. */
const GUARDED =
  "step_answer rollout_answer person person_identity token session sign_in_code review_code definition definition_author review decision review_comment delegation model_version live deployment audit_link audit_head role_ability trusted_environment imported_release experiment experiment_arm experiment_override experiment_pause incident_action safeguard";

it("has the abilities of core/roles.ts in the database", async () => {
  const { db } = await testDatabase();
  const rows = await db.selectFrom("role_ability").selectAll().orderBy("position").execute();
  const found = Object.groupBy(rows, ({ ability }) => ability);
  const roles = Object.fromEntries(
    Object.entries(found).map(([ability, of]) => [ability, of?.map(({ role }) => role)]),
  );
  expect(roles).toEqual(ABILITIES);
});

it("lets no login write what functions write, and nobody call a function that isn't theirs", async () => {
  const { pool } = await testDatabase();
  const { rows: writes } = await pool.query(
    `select login, relname, privilege from unnest($1::text[]) as login,
       (select relname, oid from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r') as t,
       unnest(array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER', 'REFERENCES']) as privilege
     where relname = any($2::text[]) and (has_table_privilege(login, oid, privilege)
       or (privilege in ('INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege(login, oid, privilege)))`,
    [LOGINS.map((login) => `holt_${login}`), GUARDED.split(" ")],
  );
  expect(writes).toEqual([]);
  const { rows: open } = await pool.query(
    "select proname from pg_proc where pronamespace = 'public'::regnamespace and has_function_privilege('holt_auditor', oid, 'execute')",
  );
  expect(open).toEqual([]);
  const { rows: loose } = await pool.query(
    `select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef
       and (pg_get_userbyid(proowner) <> 'holt_owner' or not coalesce(proconfig @> array['search_path=pg_catalog, public, pg_temp'], false))`,
  );
  expect(loose).toEqual([]);
});

it("says which login is too strong, and reads passwords only of the login that is meant", async () => {
  const { db, url } = await testDatabase();
  expect(await findTooStrongRole(db)).toBe("holt");
  for (const login of LOGINS) {
    const own = openDatabase(asLogin(url, login), { applicationName: "holt-test" });
    expect(await findTooStrongRole(own.db)).toBeUndefined();
    // the secrets that people show are parameters, and no log of PostgreSQL's has those
    for (const setting of ["log_parameter_max_length", "log_parameter_max_length_on_error"]) {
      const { rows } = await own.pool.query(`select current_setting($1) as kept`, [setting]);
      expect(`${login} ${setting} ${rows[0].kept}`).toBe(`${login} ${setting} 0`);
    }
    await own.close();
  }
  expect(passwordIn("postgresql://holt_worker:a%2Fb@db/holt", "worker")).toBe("a/b");
  expect(() => passwordIn("postgresql://holt:secret@db/holt", "worker")).toThrow(
    'HOLT_WORKER_DATABASE_URL: is not for the role "holt_worker" with a password; write postgresql://holt_worker:<password>@…',
  );
});

it("finds the person by their own secret, whoever holds the connection", async () => {
  const database = await testDatabase();
  const rita = await addActor({ database }, ["reviewer", "submitter"], { name: "rita" });
  const client = new pg.Client({ connectionString: asLogin(database.url, "server") });
  await client.connect();
  try {
    const open = (proof: string) =>
      client.query("select * from open_run($1, 'none', null, false, false)", [proof]);
    await expect(open(rita.personId)).rejects.toThrow(
      "person: is not signed in any more (the token or session has ended); sign in again",
    );
    await expect(open(rita.proof.reveal())).rejects.toThrow(
      'model "none": is not in the database; apply its definition with "holt apply"',
    );
    await expect(
      client.query("select * from add_person($1, 'mal', '{admin}', '{}', null, null)", [rita.proof.reveal()]),
    ).rejects.toThrow(
      'person "rita": roles "submitter", "reviewer" may not administer; ask for the role "admin"',
    );
    await expect(
      client.query("select * from add_person(null, 'mal', '{admin}', '{}', null, null)"),
    ).rejects.toThrow("only the owner of the database may set up an installation");
  } finally {
    await client.end();
  }
});
