/** A case that the definition lets through without a person: told from the stored rows, at the opening and at the flip. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addAutomatic(db: Kysely<unknown>): Promise<void> {
  // The first of the definition's rules that holds, in its order: no check fails, each that must pass does, and the list moved
  // little enough. A warning that cannot tell, since nobody is like that say, would else keep a person asked for ever.
  // Only of a definition of which a version is live: people approved its first one, with these rules and checks before
  // them. Else whoever may apply a definition could write one that asks nobody. And of nothing that somebody has
  // rejected since: the next night's run would bring just that again.
  await sql`
    create function automatic_rule(p_run text, p_release text, p_report text) returns table (rule text, reason text)
    language sql stable ${DEFINER} as $$
      with told as (
        select run.trigger, champion.version, d.body -> 'review' -> 'automatic' as rules,
          release.body ->> 'candidate' = champion_release.body ->> 'candidate' as same_candidate,
          (select 1 - (b ->> 'overlap')::numeric from jsonb_array_elements(report.body -> 'behaviour') b
            where b ->> 'subject' = release.body ->> 'candidate') as change,
          jsonb_array_length(report.body -> 'checks') > 0 and not exists (
            select from jsonb_array_elements(report.body -> 'checks') c
            where c ->> 'verdict' = 'fail' or (c ->> 'verdict' <> 'pass' and c ->> 'severity' is distinct from 'warn')) as all_pass
        from run
        join definition d on d.digest = run.definition_digest
        join release on release.digest = p_release
        join qa_report report on report.digest = p_report
        join model_version champion on champion.model = run.model and champion.version = run.champion_version
        join release champion_release on champion_release.digest = champion.release_digest
        join run champion_run on champion_run.id = champion.run_id
        where run.id = p_run and (report.body ->> 'championVersion')::integer = run.champion_version
          and champion_run.definition_digest = run.definition_digest
          and not exists (select from decision no join run judged on judged.id = no.run_id
            where no.verdict = 'reject' and judged.definition_digest = run.definition_digest
              and (judged.champion_version = run.champion_version or no.release_digest = p_release))
      )
      select a.key, format('no check fails, and %s %% of the mean list differs from version %s''s (at most %s %%)',
          trim_scale(round(100 * told.change, 1)), told.version, trim_scale(100 * (a.value ->> 'maxListChange')::numeric))
        from told, json_each(told.rules) with ordinality as a (key, value, nth)
        where told.all_pass and told.change <= (a.value ->> 'maxListChange')::numeric
          and (told.trigger = 'schedule' or not (a.value ->> 'scheduledOnly')::boolean)
          and (told.same_candidate or not (a.value ->> 'sameCandidate')::boolean)
        order by nth
        limit 1
    $$`.execute(db);
}
