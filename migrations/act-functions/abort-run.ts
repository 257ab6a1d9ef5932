/** A person ends an open run, whatever it does or waits for. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addAbortRun(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function abort_run(p_proof text, p_run text, p_reason text) returns table (words text, woken uuid)
    language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
      this_run run := run_to_end(p_run);
    begin
      if this_run.finished_at is not null then
        raise exception using errcode = 'HT409', message = format(
          'run "%s": has ended (%s), so nothing is left to abort', p_run, this_run.outcome);
      elsif exists (select from step where run_id = p_run and name = 'deploy' and state in ('running', 'done')) then
        raise exception using errcode = 'HT409', message = format(
          'run "%s": is going live just now; afterwards, take it back with "holt rollback %s"', p_run, this_run.model);
      end if;
      words := format('aborted by %s', actor.name) || case when p_reason = '' then '' else ': ' || p_reason end;
      perform close_run(this_run, 'aborted', words, actor.id);
      insert into wake_up (workflow_id, signal) values (this_run.workflow_id, 'cancel') returning id into woken;
      return next;
    end $$`.execute(db);
}
