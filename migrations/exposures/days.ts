import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

/** A day's exposures are in a table of their own, made with its first one and dropped whole. */
export async function addExposureDays(db: Kysely<unknown>): Promise<void> {
  // The first id of a day: its milliseconds since 1970 in 48 bits, then zeros.
  await sql`
    create function first_exposure_id(p_day date) returns uuid language sql immutable ${DEFINER} as $$
      select rpad(lpad(to_hex((extract(epoch from p_day)::bigint) * 1000), 12, '0'), 32, '0')::uuid
    $$`.execute(db);
  // A day far from today is a clock that is wrong, or an id that no server made. No day is dropped before the caller's
  // transaction ends. Made first and then attached, which neither readers nor other servers wait for.
  await sql`
    create function add_exposure_days(p_days date[]) returns void language plpgsql ${DEFINER} as $$
    declare
      v_day date;
      v_name text;
      v_today date := (now() at time zone 'utc')::date;
    begin
      perform pg_advisory_xact_lock_shared(hashtextextended('holt_exposure_days', 0));
      foreach v_day in array p_days loop
        if v_day not between v_today - 400 and v_today + 2 then
          raise exception using errcode = 'HT400', message = format(
            'exposure: %s is not between 400 days ago and the day after tomorrow; set the server''s clock right', v_day);
        end if;
        v_name := 'exposure_' || to_char(v_day, 'YYYYMMDD');
        if to_regclass('public.' || v_name) is null then
          -- two servers on the same day's first exposure; the second sees it by a new snapshot, not yet by the session's cache
          perform pg_advisory_xact_lock(hashtextextended('holt_exposure_day', 0));
          if not exists (select from pg_class where relnamespace = 'public'::regnamespace and relname = v_name) then
            execute format('create table public.%I (like public.exposure including all)', v_name);
            execute format('alter table public.exposure attach partition public.%I for values from (%L) to (%L)',
              v_name, first_exposure_id(v_day), first_exposure_id(v_day + 1));
          end if;
        end if;
      end loop;
    end $$`.execute(db);
  // Whoever has the server's login cannot take the last week away. Dropping waits for whoever reads, and all others would
  // wait behind it: so it gives up soon, and is tried again.
  await sql`
    create function drop_exposures(p_keep_days integer) returns integer language plpgsql ${DEFINER}
    set lock_timeout = '2s' as $$
    declare
      v_name text;
      v_dropped integer := 0;
      v_first date := (now() at time zone 'utc')::date - p_keep_days;
    begin
      if p_keep_days < 7 then
        raise exception using errcode = 'HT400', message = format(
          'exposures: %s days is too short a time to keep them; keep 7 or more', p_keep_days);
      end if;
      perform pg_advisory_xact_lock(hashtextextended('holt_exposure_days', 0));
      for v_name in
        select relname from pg_inherits join pg_class on pg_class.oid = inhrelid
        where inhparent = 'public.exposure'::regclass and relname < 'exposure_' || to_char(v_first, 'YYYYMMDD')
      loop
        execute format('drop table public.%I', v_name);
        v_dropped := v_dropped + 1;
      end loop;
      delete from outcome where received_at < v_first at time zone 'utc';
      return v_dropped;
    end $$`.execute(db);
  for (const name of ["first_exposure_id", "add_exposure_days", "drop_exposures"]) {
    await sql`revoke execute on function ${sql.id("public", name)} from public`.execute(db);
    await sql`alter function ${sql.id("public", name)} owner to holt_owner`.execute(db);
  }
  for (const name of ["add_exposure_days", "drop_exposures"])
    await sql`grant execute on function ${sql.id("public", name)} to holt_server`.execute(db);
}
