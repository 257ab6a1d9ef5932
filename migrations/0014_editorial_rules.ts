/** Editorial rules: this item never, this one in that place, more of this one; from then, until then. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["add_rule", "lift_rule"]);
  await sql`
    create table editorial_rule (
      id uuid primary key default gen_random_uuid(),
      model text not null references model,
      kind text not null check (kind in ('ban', 'pin', 'boost')),
      item_id text not null check (item_id <> ''),
      rank integer check (rank between 1 and 100),
      factor double precision check (factor > 0 and factor < 1000),
      starts_at timestamptz not null,
      -- null: until it is lifted
      ends_at timestamptz,
      reason text not null check (reason <> ''),
      person_id uuid not null references person,
      made_at timestamptz not null default now(),
      lifted_at timestamptz,
      lifted_by uuid references person,
      check (ends_at > starts_at),
      check ((kind = 'pin') = (rank is not null)),
      check ((kind = 'boost') = (factor is not null))
    )`.execute(db);
  await sql`create index editorial_rule_model on editorial_rule (model) where lifted_at is null`.execute(db);
  await addFunctions(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on editorial_rule"],
      holt_server: ["select on editorial_rule"],
      holt_auditor: ["select on editorial_rule"],
    },
    calls: { holt_server: ["add_editorial_rule", "lift_editorial_rule"] },
  });
}

async function addFunctions(db: Kysely<unknown>): Promise<void> {
  // The model's row is locked, so that two at once do not pass the limit together.
  await sql`
    create function add_editorial_rule(p_proof text, p_model text, p_kind text, p_item text, p_rank integer,
      p_factor double precision, p_from timestamptz, p_until timestamptz, p_reason text)
    returns uuid language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'decide');
      made editorial_rule;
      place text := format('model "%s" %s of "%s"', p_model, p_kind, p_item);
      begins timestamptz := coalesce(p_from, clock_timestamp());
    begin
      perform from model where name = p_model for no key update;
      if not found then
        raise exception using errcode = 'HT404', message = format(
          'model "%s": is not in the database; apply its definition with "holt apply"', p_model);
      elsif p_until <= greatest(begins, clock_timestamp()) then
        raise exception using errcode = 'HT400', message = format('%s: would end before it begins; name a later time', place);
      elsif p_reason = '' then
        raise exception using errcode = 'HT400', message = format('%s: has no reason; say why, it is kept in the audit log', place);
      elsif (select count(*) from editorial_rule where model = p_model and lifted_at is null
          and (ends_at is null or ends_at > clock_timestamp())) >= 200 then
        raise exception using errcode = 'HT409', message = format(
          '%s: would be more than 200 rules, and each is looked at for each answer; lift some, see "holt rules %s"', place, p_model);
      end if;
      insert into editorial_rule (model, kind, item_id, rank, factor, starts_at, ends_at, reason, person_id)
        values (p_model, p_kind, p_item, p_rank, p_factor, begins, p_until, p_reason, actor.id) returning * into made;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'add_rule', p_model, 'rule ' || made.id,
        jsonb_strip_nulls(jsonb_build_object('kind', p_kind, 'item', p_item, 'rank', p_rank, 'factor', p_factor, 'from', begins,
          'until', p_until, 'reason', p_reason)));
      perform pg_notify('holt_live', p_model);
      return made.id;
    end $$`.execute(db);
  await sql`
    create function lift_editorial_rule(p_proof text, p_id uuid) returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'decide');
      there editorial_rule;
    begin
      select * into there from editorial_rule where id = p_id for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404', message = format('rule "%s": is not there; see "holt rules <model>"', p_id);
      elsif there.lifted_at is not null or there.ends_at <= clock_timestamp() then
        return;
      end if;
      update editorial_rule set lifted_at = clock_timestamp(), lifted_by = actor.id where id = p_id;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'lift_rule', there.model, 'rule ' || p_id,
        jsonb_build_object('kind', there.kind, 'item', there.item_id));
      perform pg_notify('holt_live', there.model);
    end $$`.execute(db);
  // What was said is never rewritten, but lifted, once.
  await sql`
    create function keep_editorial_rule() returns trigger language plpgsql ${DEFINER} as $$
    begin
      if tg_op <> 'UPDATE' or old.lifted_at is not null
          or to_jsonb(new) - '{lifted_at,lifted_by}'::text[] <> to_jsonb(old) - '{lifted_at,lifted_by}'::text[] then
        raise exception 'rule: what was said stays; lift it, and say another' using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger editorial_rule_stays before update or delete on editorial_rule
    for each row execute function keep_editorial_rule()`.execute(db);
}
