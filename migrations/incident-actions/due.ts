/** Which actions the applied definition asks for, by what the last look found. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addDueActions(db: Kysely<unknown>): Promise<void> {
  // "source" is any source's, "source:titles" that one's.
  await sql`
    create function fits(p_wanted jsonb, p_found text) returns boolean language sql immutable ${DEFINER} as $$
      select p_wanted is null or exists (
        select from jsonb_array_elements_text(p_wanted) as wanted
        where p_found = wanted or starts_with(p_found, wanted || ':'))
    $$`.execute(db);
  // Only incidents that the last look saw, by checks that failed in it. What another run or version is at work on waits.
  await sql`
    create function due_actions(p_model text) returns table (incident_id bigint, name text, rule jsonb)
    language sql stable ${DEFINER} as $$
      with look as (
        select * from monitor_run where model = p_model order by at desc limit 1
      ), failed as (
        select each ->> 'id' as id from look, jsonb_array_elements(look.checks) as each where each ->> 'verdict' = 'fail'
      )
      select incident.id, each.key, each.value
      from look join model on model.name = look.model
      join definition on definition.digest = model.definition_digest
      join incident on incident.model = model.name and incident.state <> 'resolved' and incident.last_seen_at = look.at
      cross join lateral jsonb_each(definition.body::jsonb #> '{monitor,actions}') as each
      where fits(each.value -> 'causes', incident.cause)
        and exists (select from jsonb_array_elements(incident.symptoms) as symptom join failed on failed.id = symptom ->> 'id'
          where symptom ->> 'verdict' = 'fail' and fits(each.value -> 'checks', failed.id))
        and incident.last_seen_at >= incident.opened_at + coalesce(each.value ->> 'after', '0')::interval
        and not exists (select from incident_action as act where act.incident_id = incident.id and act.name = each.key)
        and case each.value ->> 'do'
          when 'roll_back' then look.version is not distinct from (select version from live where live.model = p_model)
          when 'retrain' then not exists (select from run where run.model = p_model and state = 'running')
            and not exists (select from hold_of(p_model))
          else true
        end
      order by incident.id, each.key
    $$`.execute(db);
}
