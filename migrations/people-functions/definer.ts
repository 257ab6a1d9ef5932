import { sql } from "kysely";

/**
 * How every function that carries authority runs: as its owner (0006 makes that `holt_owner`, who cannot sign in), and
 * with names looked up where nobody else can put any. `pg_temp` comes last, or PostgreSQL would search it first.
 */
export const DEFINER = sql`security definer set search_path = pg_catalog, public, pg_temp`;
