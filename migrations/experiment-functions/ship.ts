/** How an experiment ends by what was found: an arm's version goes live, or what is live stays. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addShipExperiment(db: Kysely<unknown>): Promise<void> {
  await addFlip(db);
  // A person's word: whatever the last look said, they have its reasons before them.
  await sql`
    create function ship_experiment(p_proof text, p_id text, p_arm text, p_reason text) returns void
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there experiment := running_experiment(p_id, p_reason);
    begin
      perform flip_to_arm(there, p_arm, actor.id, p_reason);
      update experiment set ended_at = clock_timestamp(), ended_by = actor.id, end_reason = p_reason where id = p_id;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'ship_experiment', there.model,
        'experiment ' || p_id, jsonb_build_object('arm', p_arm, 'reason', p_reason));
      perform pg_notify('holt_live', there.model);
    end $$`.execute(db);
  // What Holt does by itself: only what its last look found, and a version only where the frozen plan says so. It is done in the
  // name of who began the experiment. Once it has ended, nothing.
  await sql`
    create function settle_experiment(p_id text) returns void language plpgsql ${DEFINER} as $$
    declare
      there experiment;
      look experiment_look;
    begin
      perform from model where name = (select model from experiment where id = p_id) for no key update;
      select * into there from experiment where id = p_id for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404', message = format('experiment "%s": does not exist', p_id);
      elsif there.ended_at is not null then
        return;
      end if;
      select * into look from experiment_look where experiment_id = p_id order by day desc limit 1;
      if look.verdict is null or look.verdict = 'go_on' then
        raise exception using errcode = 'HT409', message = format(
          'experiment "%s": its last look ends nothing (%s); look again', p_id, coalesce(look.reason, 'there was none'));
      elsif look.verdict = 'ship' then
        if there.plan ->> 'confirm' <> 'automatic' then
          raise exception using errcode = 'HT409', message = format(
            'experiment "%s": its plan has a person confirm; holt experiment ship %s', p_id, p_id);
        end if;
        perform flip_to_arm(there, look.arm, there.person_id, format('experiment %s: %s', p_id, look.reason));
      end if;
      update experiment set ended_at = clock_timestamp(), end_reason = look.reason where id = p_id;
      insert into audit (person_id, action, model, subject, detail) values (null, 'settle_experiment', there.model, 'experiment ' || p_id,
        jsonb_strip_nulls(jsonb_build_object('verdict', look.verdict, 'arm', look.arm, 'reason', look.reason)));
      perform pg_notify('holt_live', there.model);
    end $$`.execute(db);
}

async function addFlip(db: Kysely<unknown>): Promise<void> {
  // What was compared with must still be live: another flip in between makes the comparison one with the past. A version that was
  // live before is gone back to; one that never was is deployed, with all that asks.
  await sql`
    create function flip_to_arm(p_there experiment, p_arm text, p_person uuid, p_reason text) returns void
    language plpgsql ${DEFINER} as $$
    declare
      arm experiment_arm;
      control experiment_arm;
      before live;
      held record;
      place text := format('experiment "%s" arm "%s"', p_there.id, p_arm);
    begin
      select * into arm from experiment_arm where experiment_id = p_there.id and name = p_arm;
      select * into control from experiment_arm where experiment_id = p_there.id and position = 0;
      select * into before from live where model = p_there.model;
      if arm.name is null then
        raise exception using errcode = 'HT404', message = format('%s: is none of its arms; known are %s', place,
          (select string_agg(format('"%s"', name), ', ' order by position) from experiment_arm where experiment_id = p_there.id));
      elsif arm.version is null or arm.list_only then
        raise exception using errcode = 'HT409', message = format(
          '%s: serves a popularity list or what is live, so there is no version to put live; end the experiment, and roll back to the version you want', place);
      elsif arm.version = before.version then
        return;
      elsif control.version is not null and not control.list_only and before.version <> control.version then
        raise exception using errcode = 'HT409', message = format(
          '%s: was compared with version %s, and version %s is live now; end the experiment, and plan one with that', place, control.version, before.version);
      end if;
      select * into held from held_back(p_there.model);
      if found then
        raise exception using errcode = 'HT409', message = format('%s: nothing goes live until %s (%s); wait until then, or lift what holds it, see "holt safeguards"', place,
          to_char(held.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), held.reason);
      end if;
      perform assert_may_answer(p_there.model, arm.version);
      if exists (select from deployment where model = p_there.model and version = arm.version) then
        perform flip_live(p_there.model, arm.version, before, 'rollback', null, p_person, p_reason);
      else
        perform flip_live(p_there.model, arm.version, before, 'deploy',
          (select run_id from model_version where model = p_there.model and version = arm.version), p_person, p_reason);
      end if;
    end $$`.execute(db);
}
