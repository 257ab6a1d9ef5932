/**
 * When exposures and outcomes were stored, so that a look at an experiment finds what came late without reading all again. Old
 * workers may run: they find it by reading. The indexes are made in one go, which storing waits for; servers keep their spools.
 */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ["exposure", "outcome"]) {
    // Null for what is there already, since a default for it would write every row anew.
    await sql`alter table ${sql.id(table)} add column stored_at timestamptz`.execute(db);
    await sql`alter table ${sql.id(table)} alter column stored_at set default now()`.execute(db);
    // Rows stand in the order of their arrival, so that some kB tell where the last ones are.
    await sql`create index on ${sql.id(table)} using brin (stored_at)`.execute(db);
  }
  // Experiments are never removed, and asking after theirs for each of a million units takes longer than adding these.
  await sql`alter table experiment_unit drop constraint experiment_unit_experiment_id_fkey`.execute(db);
  // The next look at each experiment makes all its days anew: of the rows above nobody knows when they came.
  await sql`delete from experiment_refresh`.execute(db);
}
