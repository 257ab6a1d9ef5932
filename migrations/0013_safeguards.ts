/** Two safeguards that a person puts up for a time: nothing new goes live, or everybody gets the popularity list. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["freeze", "baseline_now", "lift_safeguard"]);
  await sql`
    create table safeguard (
      id uuid primary key default gen_random_uuid(),
      kind text not null check (kind in ('freeze', 'baseline')),
      -- null: every model, also those that come later
      model text references model,
      starts_at timestamptz not null,
      ends_at timestamptz not null,
      reason text not null check (reason <> ''),
      person_id uuid not null references person,
      made_at timestamptz not null default now(),
      lifted_at timestamptz,
      lifted_by uuid references person,
      check (ends_at > starts_at),
      check (kind = 'freeze' or model is not null)
    )`.execute(db);
  await addFunctions(db);
  await addGuards(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on safeguard"],
      holt_server: ["select on safeguard"],
      holt_auditor: ["select on safeguard"],
    },
    calls: { holt_worker: ["freeze_of"], holt_server: ["add_safeguard", "lift_safeguard"] },
  });
}

async function addFunctions(db: Kysely<unknown>): Promise<void> {
  // The model's row is locked as a deployment locks it: one is first, and the other sees it.
  await sql`
    create function add_safeguard(p_proof text, p_kind text, p_model text, p_from timestamptz, p_until timestamptz, p_reason text)
    returns uuid language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      made safeguard;
      place text := case p_kind when 'freeze' then 'freeze' else 'popularity list' end
        || coalesce(format(' of model "%s"', p_model), '');
      begins timestamptz := greatest(coalesce(p_from, clock_timestamp()), clock_timestamp());
    begin
      perform from model where name = p_model or p_model is null order by name for no key update;
      if p_model is not null and not found then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', p_model);
      elsif p_until <= begins then
        raise exception using errcode = 'HT400', message = format('%s: would end before it begins; name a later time', place);
      elsif p_until > begins + interval '90 days' then
        raise exception using errcode = 'HT400', message = format(
          '%s: would last longer than 90 days; name an earlier end, and put it up again then', place);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: has no reason; say why, it is kept in the audit log', place);
      elsif p_kind = 'baseline' and not exists (select from live where model = p_model) then
        raise exception using errcode = 'HT409', message = format(
          '%s: nothing of it is live, so there is no list to show; run it first with "holt run %s"', place, p_model);
      end if;
      insert into safeguard (kind, model, starts_at, ends_at, reason, person_id)
        values (p_kind, p_model, begins, p_until, p_reason, actor.id) returning * into made;
      insert into audit (person_id, action, model, subject, detail) values (actor.id,
        case p_kind when 'freeze' then 'freeze' else 'baseline_now' end, p_model, 'safeguard ' || made.id,
        jsonb_build_object('from', begins, 'until', p_until, 'reason', p_reason));
      perform pg_notify('holt_live', coalesce(p_model, ''));
      return made.id;
    end $$`.execute(db);
  // Now, before its time. Runs that wait for it look again; their wake-ups' ids.
  await sql`
    create function lift_safeguard(p_proof text, p_id uuid) returns setof uuid language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'rollback');
      there safeguard;
    begin
      select * into there from safeguard where id = p_id for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404', message = format('safeguard "%s": is not there; see "holt safeguards"', p_id);
      elsif there.lifted_at is not null or there.ends_at <= clock_timestamp() then
        return;
      end if;
      update safeguard set lifted_at = clock_timestamp(), lifted_by = actor.id where id = p_id;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'lift_safeguard', there.model,
        'safeguard ' || p_id, jsonb_build_object('kind', there.kind));
      perform pg_notify('holt_live', coalesce(there.model, ''));
      return query insert into wake_up (workflow_id, signal) select run.workflow_id, 'rolloutAnswered' from run
        join step on step.run_id = run.id and step.kind = 'deploy' and step.state = 'running'
        where there.kind = 'freeze' and run.finished_at is null and (there.model is null or run.model = there.model)
        returning id;
    end $$`.execute(db);
  await sql`
    create function freeze_of(p_model text) returns safeguard language sql stable ${DEFINER} as $$
      select * from safeguard where kind = 'freeze' and (model is null or model = p_model) and lifted_at is null
        and starts_at <= clock_timestamp() and ends_at > clock_timestamp() order by ends_at desc limit 1
    $$`.execute(db);
}

/** Whoever deploys or begins a stage meets the freeze in the same transaction. Going back is always possible. */
async function addGuards(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function refuse_while_frozen() returns trigger language plpgsql ${DEFINER} as $$
    declare
      frozen safeguard := freeze_of(new.model);
    begin
      if frozen.id is not null then
        raise exception using errcode = 'HT409', message = format(
          'model "%s" version %s: nothing goes live until %s: "%s" froze it (%s); wait, or lift that with "holt safeguards lift %s"',
          new.model, new.version, to_char(frozen.ends_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'),
          (select name from person where id = frozen.person_id), frozen.reason, frozen.id);
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger deployment_waits_for_thaw before insert on deployment
    for each row when (new.kind = 'deploy') execute function refuse_while_frozen()`.execute(db);
  await sql`
    create trigger stage_waits_for_thaw before insert on rollout_stage
    for each row when (new.kind = 'canary') execute function refuse_while_frozen()`.execute(db);
  // What was put up is never rewritten, but lifted, once.
  await sql`
    create function keep_safeguard() returns trigger language plpgsql ${DEFINER} as $$
    begin
      if tg_op <> 'UPDATE' or old.lifted_at is not null
          or row(new.id, new.kind, new.model, new.starts_at, new.ends_at, new.reason, new.person_id, new.made_at)
            is distinct from row(old.id, old.kind, old.model, old.starts_at, old.ends_at, old.reason, old.person_id, old.made_at) then
        raise exception 'safeguard: what was put up stays; lift it, and put up another' using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger safeguard_stays before update or delete on safeguard
    for each row execute function keep_safeguard()`.execute(db);
}
