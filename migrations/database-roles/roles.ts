import { type Kysely, sql } from "kysely";

/** Owns everything of Holt's, and cannot sign in: its functions run as it, and nobody else does. */
const OWNER = "holt_owner";
const LOGINS = ["holt_ingest", "holt_worker", "holt_server", "holt_sign_in", "holt_auditor"] as const;

/** Both read tables that a definition's author may have made: a view or policy of theirs must never run in their name. */
const CAREFUL = ["holt_worker", "holt_server"];

/** Makes the roles that the cluster lacks; several databases of it may be migrated at the same time. */
export async function makeRoles(db: Kysely<unknown>): Promise<void> {
  await makeRole(db, OWNER, "nologin");
  for (const login of LOGINS) await makeRole(db, login, "login noinherit");
  for (const login of CAREFUL) {
    await set(db, login, "restrict_nonsystem_relation_kind", "view, foreign-table");
    await set(db, login, "row_security", "off");
  }
  for (const login of LOGINS) await keepOutOfLog(db, login);
  await refuseStrongRoles(db);
  // A superuser needs no membership; an owner who is none must be able to hand over to them, and to migrate later.
  for (const role of [OWNER, "holt_ingest"])
    await sql`do ${sql.lit(`begin
      if not pg_has_role(current_user, '${role}', 'member') then
        execute format('grant ${role} to %I', current_user);
      end if;
    end`)}`.execute(db);
}

async function makeRole(db: Kysely<unknown>, name: string, login: string): Promise<void> {
  await sql`do ${sql.lit(`begin
    if not exists (select from pg_roles where rolname = '${name}') then
      create role ${name} ${login} nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
    end if;
  exception when duplicate_object or unique_violation then
    null; -- another database's migration was quicker
  end`)}`.execute(db);
}

async function set(db: Kysely<unknown>, role: string, setting: string, value: string): Promise<void> {
  await sql`do ${sql.lit(`begin
    if not exists (
      select from pg_db_role_setting where setrole = '${role}'::regrole and setdatabase = 0
        and '${setting}=${value}' = any(setconfig)
    ) then
      alter role ${role} set ${setting} = '${value}';
    end if;
  end`)}`.execute(db);
}

/**
 * What people show to be let in goes to the database as a parameter. Where an operator has statements logged, PostgreSQL
 * would write it down with them. Only a superuser can say so; docs/operations.md names it for other owners.
 */
async function keepOutOfLog(db: Kysely<unknown>, role: string): Promise<void> {
  for (const setting of ["log_parameter_max_length", "log_parameter_max_length_on_error"])
    await sql`do ${sql.lit(`begin
      if not exists (
        select from pg_db_role_setting where setrole = '${role}'::regrole and setdatabase = 0
          and '${setting}=0' = any(setconfig)
      ) then
        alter role ${role} set ${setting} = 0;
      end if;
    exception when insufficient_privilege then
      null;
    end`)}`.execute(db);
}

/** Roles of these names that somebody made before, with more rights than theirs, would make all of this worth nothing. */
async function refuseStrongRoles(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select rolname as name from pg_roles
    where rolname = any(${[OWNER, ...LOGINS]}::text[]) and (
      rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
      or (rolname = ${OWNER} and rolcanlogin)
      or exists (select from pg_auth_members where member = pg_roles.oid)
    ) order by rolname`.execute(db);
  if (rows.length > 0)
    throw new Error(
      `database roles ${rows.map(({ name }) => `"${name}"`).join(", ")}: are there already and may do more than Holt gives them; drop them, or take their attributes and memberships away`,
    );
}
