/** A person's answer to a step that failed: the only thing that lets it try again, be left out, or end its run. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addAnswerStep(db: Kysely<unknown>): Promise<void> {
  // One answer a round; the same one of the same person again changes nothing. `woken`: its wake-up's id, or null.
  await sql`
    create function answer_step(p_proof text, p_run text, p_step text, p_round integer, p_answer text, p_reason text)
    returns table (said_at timestamptz, woken uuid) language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
      this_run run;
      failed step;
      given step_answer;
      place text := format('run "%s" step "%s"', p_run, p_step);
    begin
      select * into this_run from run where id = p_run for no key update;
      if this_run.id is null then
        raise exception using errcode = 'HT404', message = format('run "%s": is not in the database; see "holt runs"', p_run);
      end if;
      select * into failed from step where run_id = p_run and name = p_step for no key update;
      if failed.run_id is null then
        raise exception using errcode = 'HT404', message = format('%s: is not part of the run; see "holt run show %s"', place, p_run);
      end if;
      select * into given from step_answer where run_id = p_run and step = p_step and round = p_round;
      if given.person_id = actor.id and given.answer = p_answer and given.reason = p_reason then
        return query select given.at, null::uuid;
        return;
      elsif given.id is not null then
        raise exception using errcode = 'HT409', message = format('%s: "%s" answered round %s already: %s; the first answer stands',
          place, (select name from person where id = given.person_id), given.round, given.answer);
      elsif this_run.finished_at is not null then
        raise exception using errcode = 'HT409', message = format('run "%s": has ended (%s); start another', p_run, this_run.outcome);
      elsif failed.state <> 'needs_attention' then
        raise exception using errcode = 'HT409', message = format(
          '%s: is %s, so no answer is waited for; look at it again', place, failed.state);
      elsif failed.round <> p_round then
        raise exception using errcode = 'HT409', message = format(
          '%s: failed again since (round %s, not %s); look at its error, then answer', place, failed.round, p_round);
      elsif p_answer = 'skip' and not failed.skippable then
        raise exception using errcode = 'HT409', message = format(
          '%s: cannot be skipped, since later steps need it; retry it, or abort the run', place);
      end if;
      insert into step_answer (run_id, step, round, answer, person_id, reason)
        values (p_run, p_step, p_round, p_answer, actor.id, p_reason) returning * into given;
      insert into audit (person_id, action, model, subject, detail) values (actor.id, p_answer || '_step', this_run.model,
        'run ' || p_run, jsonb_build_object('step', p_step, 'round', p_round, 'reason', p_reason));
      insert into wake_up (workflow_id, signal) values (this_run.workflow_id, 'stepAnswered') returning id into woken;
      return query select given.at, woken;
    end $$`.execute(db);
}
