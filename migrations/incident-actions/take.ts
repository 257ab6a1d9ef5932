/** How Holt acts on an incident: exactly what the definition says of what the last look found, and no more often than it says. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addTakeAction(db: Kysely<unknown>): Promise<void> {
  await addWhatIsDone(db);
  // Twice is once. With an obstacle, or past its limit, it is withheld for good: people are told instead.
  await sql`
    create function take_action(p_incident bigint, p_name text, p_obstacle text) returns void language plpgsql ${DEFINER} as $$
    declare
      there incident;
      due record;
      made incident_action;
      limits jsonb;
      lately integer;
    begin
      perform from model where name = (select model from incident where id = p_incident) for no key update;
      select * into there from incident where id = p_incident for no key update;
      if exists (select from incident_action where incident_id = p_incident and name = p_name) then
        return;
      end if;
      select * into due from due_actions(there.model) as d where d.incident_id = p_incident and d.name = p_name;
      if not found then
        raise exception using errcode = 'HT409', message = format(
          'incident %s action "%s": is not what the applied definition has done about what the last look found; look again', p_incident, p_name);
      end if;
      made.incident_id := p_incident;
      made.name := p_name;
      made.model := there.model;
      made.rule := due.rule;
      limits := due.rule -> 'atMost';
      select count(*) into lately from incident_action as act where act.model = there.model and act.name = p_name
        and act.outcome = 'taken' and act.at > clock_timestamp() - (limits ->> 'within')::interval;
      if p_obstacle is not null then
        made.reason := p_obstacle;
      elsif lately >= (limits ->> 'times')::integer then
        made.reason := format('it was done %s times in %s, which is what the definition allows', lately, limits ->> 'within');
      else
        made := do_action(made, format('incident %s: %s', p_incident, there.title));
      end if;
      made.outcome := case when num_nonnulls(made.safeguard_id, made.deployment_id, made.run_id) = 1 then 'taken' else 'withheld' end;
      insert into incident_action (incident_id, name, model, rule, definition_digest, outcome, reason, safeguard_id, deployment_id, run_id)
        values (p_incident, p_name, there.model, due.rule, (select definition_digest from model where name = there.model),
          made.outcome, made.reason, made.safeguard_id, made.deployment_id, made.run_id);
      insert into audit (person_id, action, model, subject, detail) values (null,
        case made.outcome when 'taken' then 'take_action' else 'withhold_action' end, there.model, 'incident ' || p_incident,
        jsonb_build_object('action', p_name, 'do', due.rule ->> 'do', 'reason', made.reason));
    end $$`.execute(db);
}

/** What an action makes, and what was done in words; without any, only why not. */
async function addWhatIsDone(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function do_action(p_action incident_action, p_why text) returns incident_action language plpgsql ${DEFINER} as $$
    declare
      done incident_action := p_action;
      before live;
      back integer;
    begin
      select * into before from live where model = done.model;
      case done.rule ->> 'do'
        when 'freeze_retraining' then
          done.safeguard_id := put_up(done.model, 'hold', p_why);
          done.reason := 'no scheduled run is opened';
        when 'popularity_list' then
          if before.model is null then
            done.reason := 'nothing is live, so there is no list to show';
          else
            done.safeguard_id := put_up(done.model, 'baseline', p_why);
            done.reason := format('everybody gets the popularity list of version %s', before.version);
          end if;
        when 'roll_back' then
          select previous_version into back from deployment
            where model = done.model and version = before.version and kind = 'deploy' order by fence desc limit 1;
          if back is null or not exists (select from deployment where model = done.model and version = back) then
            done.reason := 'nothing was live before, so there is nothing to go back to';
          else
            done.deployment_id := (flip_live(done.model, back, before, 'rollback', null, null, p_why)).id;
            done.reason := format('version %s went back to version %s', before.version, back);
          end if;
        when 'retrain' then
          done.run_id := open_incident_run(done.model, format('incident-%s-%s', done.incident_id, done.name), done.incident_id);
          done.reason := coalesce('started run ' || done.run_id, 'a run of that name is there already');
      end case;
      return done;
    end $$`.execute(db);
  // The longest that anybody may put one up for; the cause's end is what ends it.
  await sql`
    create function put_up(p_model text, p_kind text, p_why text) returns uuid language plpgsql ${DEFINER} as $$
    declare
      made uuid;
    begin
      insert into safeguard (kind, model, starts_at, ends_at, reason)
        values (p_kind, p_model, clock_timestamp(), clock_timestamp() + interval '90 days', p_why) returning id into made;
      perform pg_notify('holt_live', p_model);
      return made;
    end $$`.execute(db);
}
