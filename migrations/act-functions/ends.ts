/** How a run ends: as the rows say, whoever's workflow asks for it. The first end stands. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addEnds(db: Kysely<unknown>): Promise<void> {
  await addCloseRun(db);
  await addEndRun(db);
  await addEndLostRun(db);
  // Its other columns that say so are nobody's to write.
  await sql`
    create function guard_run_end() returns trigger language plpgsql set search_path = pg_catalog, public, pg_temp as $$
    begin
      if not pg_has_role(current_user, (select relowner from pg_class where oid = tg_relid), 'USAGE') then
        raise exception 'run "%": ends by the functions for it alone, which ask what happened', old.id using errcode = '42501';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger run_ends_by_function before update of state on run for each row
    when (old.state is distinct from new.state and new.state in ('finished', 'aborted', 'failed'))
    execute function guard_run_end()`.execute(db);
}

async function addCloseRun(db: Kysely<unknown>): Promise<void> {
  // Part of the others, which have locked the run and found it open: its open steps, its row, its entry.
  await sql`
    create function close_run(p_run run, p_outcome text, p_reason text, p_person uuid) returns void
    language plpgsql ${DEFINER} as $$
    declare
      was_cut_off boolean := p_outcome in ('aborted', 'failed');
    begin
      update step set state = case when was_cut_off then 'cancelled' else 'skipped' end, progress = null, finished_at = now_ms()
        where run_id = p_run.id and state in ('waiting', 'running', 'needs_attention');
      update run set state = case when was_cut_off then p_outcome else 'finished' end, outcome = p_outcome,
          outcome_reason = p_reason, finished_at = now_ms()
        where id = p_run.id;
      insert into audit (person_id, action, model, subject, detail) values (p_person, 'finish_run', p_run.model,
        'run ' || p_run.id, jsonb_build_object('outcome', p_outcome, 'reason', p_reason));
    end $$`.execute(db);
  // Null while nobody aborted the run at a step.
  await sql`
    create function abort_words(p_run text) returns text language sql stable ${DEFINER} as $$
      select format('aborted at %s by %s', said.step, person.name) || case when said.reason = '' then '' else ': ' || said.reason end
        from step_answer said join person on person.id = said.person_id
        where said.run_id = p_run and said.answer = 'abort' order by said.at limit 1
    $$`.execute(db);
  await sql`
    create function run_to_end(p_run text) returns run language plpgsql ${DEFINER} as $$
    declare
      this_run run;
    begin
      select * into this_run from run where id = p_run for no key update;
      if this_run.id is null then
        raise exception using errcode = 'HT404', message = format('run "%s": is not in the database; see "holt runs"', p_run);
      end if;
      return this_run;
    end $$`.execute(db);
}

async function addEndRun(db: Kysely<unknown>): Promise<void> {
  // What only a person, a flip or a review can bring about must be there. Why a run was aborted, that person has said.
  await sql`
    create function end_run(p_run text, p_outcome text, p_reason text) returns void language plpgsql ${DEFINER} as $$
    declare
      this_run run := run_to_end(p_run);
      lacking text := case
        when p_outcome = 'aborted' and abort_words(p_run) is null
          then format('nobody aborted it; do that with "holt abort %s"', p_run)
        when p_outcome = 'deployed' and not exists (select from deployment where run_id = p_run)
          then 'its version did not go live; start another run'
        when p_outcome in ('rejected', 'expired', 'superseded')
            and not exists (select from review where run_id = p_run and state = p_outcome)
          then format('its review did not; see "holt review show %s"', p_run)
        when p_outcome = 'rolled_back' and not exists (select from rollout_stage where run_id = p_run and state = 'failed')
            and not exists (select from rollout_answer where run_id = p_run and answer = 'back')
          then format('no stage of its rollout failed, and nobody ended it; see "holt rollout %s"', p_run)
      end;
    begin
      if this_run.finished_at is not null then
        return;
      elsif lacking is not null then
        raise exception using errcode = 'HT403',
          message = format('run "%s": cannot end as %s, since %s (nothing changed)', p_run, p_outcome, lacking);
      end if;
      perform close_run(this_run, p_outcome, case when p_outcome = 'aborted' then abort_words(p_run) else p_reason end, null);
    end $$`.execute(db);
}

async function addEndLostRun(db: Kysely<unknown>): Promise<void> {
  // A run whose workflow is gone: as a person wanted who had aborted it, as deployed if it had gone live, else as failed.
  await sql`
    create function end_lost_run(p_run text, p_fate text) returns boolean language plpgsql ${DEFINER} as $$
    declare
      this_run run := run_to_end(p_run);
      flip deployment;
    begin
      if this_run.finished_at is not null then
        return false;
      end if;
      select * into flip from deployment where run_id = p_run;
      if abort_words(p_run) is not null then
        perform close_run(this_run, 'aborted', abort_words(p_run), null);
      elsif flip.id is not null then
        perform close_run(this_run, 'deployed', format('%s; then its workflow %s', coalesce(
          (select summary from step where run_id = p_run and name = 'deploy'), format('version %s is live', flip.version)), p_fate), null);
      else
        perform close_run(this_run, 'failed', format('its workflow %s; start another run: holt run %s', p_fate, this_run.model), null);
      end if;
      return true;
    end $$`.execute(db);
}
