/** What a calendar says of a moment. core/calendar.ts says the same, for who plans; a test compares them. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addCalendarWindows(db: Kysely<unknown>): Promise<void> {
  // Windows that overlap or meet are one time. Its end is looked for at most 100 windows on, should none leave a gap.
  await sql`
    create function calendar_freeze(p_freezes jsonb, p_at timestamptz) returns table (ends_at timestamptz, reason text)
    language plpgsql stable ${DEFINER} as $$
    declare
      v_until timestamptz := p_at;
      v_reason text;
      v_next record;
    begin
      for v_round in 1..100 loop
        select each.ends, each.why into v_next from (
          select (day.date + (entry ->> 'from')::time) at time zone (entry ->> 'timeZone') as begins,
            (day.date + (entry ->> 'to')::time + interval '1 day' * case
              when not entry ? 'toDay' then reaches_on::int
              when (entry ->> 'toDay')::int = day.of_week and reaches_on then 7
              else ((entry ->> 'toDay')::int - day.of_week + 7) % 7
            end) at time zone (entry ->> 'timeZone') as ends,
            entry ->> 'reason' as why
          from jsonb_array_elements(p_freezes) as entry
          cross join lateral (select (entry ->> 'to')::time <= (entry ->> 'from')::time as reaches_on) as reach
          cross join lateral (
            select series::date as date, extract(isodow from series)::int as of_week
            from generate_series(date_trunc('day', v_until at time zone (entry ->> 'timeZone')) - interval '8 days',
              v_until at time zone (entry ->> 'timeZone'), interval '1 day') as series
          ) as day
          where entry -> 'days' @> to_jsonb(day.of_week)
        ) as each where each.begins <= v_until and each.ends > v_until order by each.ends desc limit 1;
        exit when not found;
        v_until := v_next.ends;
        v_reason := coalesce(v_reason, v_next.why);
      end loop;
      if v_reason is not null then
        return query select v_until, v_reason;
      end if;
    end $$`.execute(db);
}
