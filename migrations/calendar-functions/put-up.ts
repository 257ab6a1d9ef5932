/** As 0013 made it, and for a thaw, which overrides the calendar of one model: for a week at most, and runs that wait look again. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function replaceAddSafeguard(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function add_safeguard(p_proof text, p_kind text, p_model text, p_from timestamptz, p_until timestamptz, p_reason text)
    returns uuid language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      made safeguard;
      place text := case p_kind when 'freeze' then 'freeze' when 'thaw' then 'override of the calendar' else 'popularity list' end
        || coalesce(format(' of model "%s"', p_model), '');
      begins timestamptz := greatest(coalesce(p_from, clock_timestamp()), clock_timestamp());
      longest int := case p_kind when 'thaw' then 7 else 90 end;
    begin
      perform from model where name = p_model or p_model is null order by name for no key update;
      if p_model is not null and not found then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', p_model);
      elsif p_until <= begins then
        raise exception using errcode = 'HT400', message = format('%s: would end before it begins; name a later time', place);
      elsif p_until > begins + interval '1 day' * longest then
        raise exception using errcode = 'HT400', message = format(
          '%s: would last longer than %s days; name an earlier end, and put it up again then', place, longest);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: has no reason; say why, it is kept in the audit log', place);
      elsif p_kind = 'baseline' and not exists (select from live where model = p_model) then
        raise exception using errcode = 'HT409', message = format(
          '%s: nothing of it is live, so there is no list to show; run it first with "holt run %s"', place, p_model);
      elsif p_kind = 'thaw' and not exists (select from model join definition on digest = definition_digest
          where name = p_model and body::jsonb ? 'freezes') then
        raise exception using errcode = 'HT409', message = format(
          '%s: its definition has no "freezes" to override; what somebody froze is lifted with "holt safeguards lift"', place);
      end if;
      insert into safeguard (kind, model, starts_at, ends_at, reason, person_id)
        values (p_kind, p_model, begins, p_until, p_reason, actor.id) returning * into made;
      insert into audit (person_id, action, model, subject, detail) values (actor.id,
        case p_kind when 'baseline' then 'baseline_now' else p_kind end, p_model, 'safeguard ' || made.id,
        jsonb_build_object('from', begins, 'until', p_until, 'reason', p_reason));
      perform pg_notify('holt_live', coalesce(p_model, ''));
      if p_kind = 'thaw' then
        perform wake_held_runs(p_model);
      end if;
      return made.id;
    end $$`.execute(db);
}
