/** How what was done about an incident ends: by itself when the cause is gone, or by a person. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addUndoAction(db: Kysely<unknown>): Promise<void> {
  await addUndo(db);
  // A person undoes what stands, or has it stay. Saying the same again changes nothing.
  await sql`
    create function settle_action(p_proof text, p_incident bigint, p_name text, p_verdict text, p_reason text) returns void
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there incident_action;
      place text := format('incident %s action "%s"', p_incident, p_name);
    begin
      perform from model where name = (select model from incident where id = p_incident) for no key update;
      select * into there from incident_action where incident_id = p_incident and name = p_name for no key update;
      if there.name is null then
        raise exception using errcode = 'HT404', message = format('%s: was not taken; see "holt incidents show %s"', place, p_incident);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: has no reason; say why, it is kept in the audit log', place);
      elsif there.outcome = 'withheld' then
        raise exception using errcode = 'HT409', message = format('%s: was withheld, so nothing is to undo or to keep', place);
      elsif there.run_id is not null then
        raise exception using errcode = 'HT409', message = format(
          '%s: is run "%s", which goes its own way; end it with "holt abort %s"', place, there.run_id, there.run_id);
      elsif there.undone_at is not null then
        if p_verdict = 'undo' then
          return;
        end if;
        raise exception using errcode = 'HT409', message = format('%s: is undone already, so it cannot stay', place);
      elsif p_verdict = 'undo' then
        perform undo_action(there, actor.id, p_reason);
      elsif there.kept_at is null then
        update incident_action set kept_at = clock_timestamp(), kept_by = actor.id, kept_reason = p_reason
          where incident_id = p_incident and name = p_name;
        insert into audit (person_id, action, model, subject, detail) values (actor.id, 'keep_action', there.model,
          'incident ' || p_incident, jsonb_build_object('action', p_name, 'do', there.rule ->> 'do', 'reason', p_reason));
      end if;
    end $$`.execute(db);
  await addEnds(db);
}

async function addUndo(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function undo_action(p_there incident_action, p_person uuid, p_reason text) returns void language plpgsql ${DEFINER} as $$
    declare
      flip deployment;
      before live;
      held record;
      place text := format('incident %s action "%s"', p_there.incident_id, p_there.name);
    begin
      update incident_action set undone_at = clock_timestamp(), undone_by = p_person, undone_reason = p_reason,
          kept_at = null, kept_by = null, kept_reason = null
        where incident_id = p_there.incident_id and name = p_there.name;
      insert into audit (person_id, action, model, subject, detail) values (p_person, 'undo_action', p_there.model,
        'incident ' || p_there.incident_id, jsonb_build_object('action', p_there.name, 'do', p_there.rule ->> 'do', 'reason', p_reason));
      if p_there.safeguard_id is not null then
        update safeguard set lifted_at = clock_timestamp(), lifted_by = p_person where id = p_there.safeguard_id and lifted_at is null;
        perform pg_notify('holt_live', p_there.model);
        return;
      end if;
      select * into flip from deployment where id = p_there.deployment_id;
      select * into before from live where model = p_there.model;
      if before.fence <> flip.fence then
        raise exception using errcode = 'HT409', message = format(
          '%s: something else went live since (version %s is now); keep it as it is, and see "holt history %s"', place, before.version, p_there.model);
      end if;
      select * into held from held_back(p_there.model);
      if found then
        raise exception using errcode = 'HT409', message = format('%s: nothing goes live until %s (%s); wait, or see "holt safeguards"', place,
          to_char(held.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), held.reason);
      end if;
      perform flip_live(p_there.model, flip.previous_version, before, 'rollback', null, p_person, p_reason);
    end $$`.execute(db);
}

async function addEnds(db: Kysely<unknown>): Promise<void> {
  // Whoever finds the cause gone: in the same transaction. What is to be confirmed stands until somebody says so.
  await sql`
    create function end_incident_actions() returns trigger language plpgsql ${DEFINER} as $$
    declare
      there incident_action;
    begin
      for there in select * from incident_action where incident_id = new.id and safeguard_id is not null
          and undone_at is null and kept_at is null and coalesce(rule ->> 'undo', 'automatic') = 'automatic' loop
        perform undo_action(there, null, 'its cause is gone');
      end loop;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger incident_ends_its_actions after update of state on incident
    for each row when (new.state = 'resolved' and old.state <> 'resolved') execute function end_incident_actions()`.execute(
    db,
  );
  await sql`
    create function note_lifted() returns trigger language plpgsql ${DEFINER} as $$
    begin
      update incident_action set undone_at = new.lifted_at, undone_by = new.lifted_by, undone_reason = 'lifted by hand',
          kept_at = null, kept_by = null, kept_reason = null
        where safeguard_id = new.id and undone_at is null;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger lifted_is_undone after update of lifted_at on safeguard
    for each row when (new.lifted_at is not null) execute function note_lifted()`.execute(db);
}
