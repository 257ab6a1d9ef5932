import { type Kysely, type QueryExecutorProvider, sql } from "kysely";

/** Gives what the migrations made to `holt_owner`, and the tables in `data` to whoever fills them. */
export async function handOver(db: Kysely<unknown>): Promise<void> {
  await sql`grant usage, create on schema public, data to holt_owner`.execute(db);
  await sql`grant usage, create on schema data to holt_ingest`.execute(db);
  // kysely's own tables stay with whoever migrates.
  await eachOf(
    db,
    `select format('alter table public.%I owner to holt_owner', relname) from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname not like 'kysely%'`,
  );
  await eachOf(
    db,
    `select format('alter function %s owner to holt_owner', oid::regprocedure) from pg_proc
     where pronamespace = 'public'::regnamespace and prokind = 'f'
       and not exists (select from pg_depend where objid = pg_proc.oid and deptype = 'e')`,
  );
  await eachOf(
    db,
    `select format('alter table data.%I owner to holt_ingest', relname) from pg_class
     where relnamespace = 'data'::regnamespace and relkind in ('r', 'p')`,
  );
  // Nobody makes functions, so nobody can leave one where another role would call it.
  await sql`revoke usage on language sql, plpgsql from public`.execute(db);
  await sql`revoke all on schema public from public`.execute(db);
  await limitDatabase(db);
}

/** Who may connect to this database, and make views of a session's own in it. A dump doesn't keep that. */
export async function limitDatabase(db: QueryExecutorProvider): Promise<void> {
  await sql`do ${sql.lit(`begin
    execute format('revoke all on database %I from public', current_database());
    execute format('grant connect on database %I to holt_ingest, holt_worker, holt_server, holt_sign_in, holt_auditor', current_database());
    -- for the views under whose names a statement of the definition finds its tables
    execute format('grant temporary on database %I to holt_ingest', current_database());
  end`)}`.execute(db);
}

async function eachOf(db: Kysely<unknown>, statements: string): Promise<void> {
  await sql`do ${sql.lit(`declare
    v_statement text;
  begin
    for v_statement in ${statements} loop
      execute v_statement;
    end loop;
  end`)}`.execute(db);
}
