/** A person silences alerts for a time; alerts that came to be needless are dropped, with why. Old workers and servers may run. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  // why nobody needs it any more
  await sql`alter table alert_delivery add column dropped text`.execute(db);
  await sql`
    create table alert_silence (
      id uuid primary key default gen_random_uuid(),
      -- null: every model
      model text references model,
      -- null: whatever is behind an incident
      cause text,
      starts_at timestamptz not null default clock_timestamp(),
      ends_at timestamptz not null,
      reason text not null check (reason <> ''),
      person_id uuid not null references person,
      lifted_at timestamptz,
      lifted_by uuid references person,
      check (ends_at > starts_at)
    )`.execute(db);
  await reserveActions(db, ["silence_alerts", "lift_silence"]);
  await addFunctions(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on alert_silence"],
      holt_server: ["select on alert_silence", "update (dropped) on alert_delivery"],
      holt_auditor: ["select on alert_silence"],
    },
    calls: { holt_server: ["silence_alerts", "lift_silence"] },
  });
}

async function addFunctions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function silence_alerts(p_proof text, p_model text, p_cause text, p_until timestamptz, p_reason text)
    returns uuid language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
      made alert_silence;
    begin
      if p_model is not null and not exists (select from model where name = p_model) then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', p_model);
      elsif p_until <= clock_timestamp() then
        raise exception using errcode = 'HT400', message = 'silence: would end before it begins; name a later time';
      elsif p_until > clock_timestamp() + interval '30 days' then
        raise exception using errcode = 'HT400', message =
          'silence: would last longer than 30 days; name an earlier end, and silence it again then';
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = 'silence: has no reason; say why, it is kept in the audit log';
      end if;
      insert into alert_silence (model, cause, ends_at, reason, person_id)
        values (p_model, p_cause, p_until, p_reason, actor.id) returning * into made;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'silence_alerts', p_model,
        'silence ' || made.id, jsonb_build_object('cause', p_cause, 'until', p_until, 'reason', p_reason));
      return made.id;
    end $$`.execute(db);
  await sql`
    create function lift_silence(p_proof text, p_id uuid) returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
      there alert_silence;
    begin
      select * into there from alert_silence where id = p_id for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404', message = format('silence "%s": is not there; see "holt silences"', p_id);
      elsif there.lifted_at is not null or there.ends_at <= clock_timestamp() then
        return;
      end if;
      update alert_silence set lifted_at = clock_timestamp(), lifted_by = actor.id where id = p_id;
      insert into audit (person_id, action, model, subject) values (actor.id, 'lift_silence', there.model, 'silence ' || p_id);
    end $$`.execute(db);
}
