/** What people did since a stage of a rollout began, by whether the new version is meant to answer them. */
import { type Kysely, sql } from "kysely";
import type { GroupOutcomes, StageOutcomes } from "../core/rollout-outcomes.ts";
import { firstIdAt } from "../store/timed-id.ts";
import type { TimedStage } from "./rollouts.ts";
import type { Tables } from "./tables.ts";

interface GroupRow extends GroupOutcomes {
  isCandidate: boolean;
  currencies: string[] | null;
}

const NOBODY: GroupOutcomes = { people: 0, clicked: 0, played: 0, spend: 0, spendSquares: 0 };

/** More would take longer than a look may: a million took 6 to 8 s on two cores that did much else. */
const MOST_ANSWERS = 2_000_000;

/**
 * Of lists that were shown to somebody since then, or of the last two million, and what was told of them by now. Who is in the share is drawn as
 * servers draw it (store/place-of.ts), so that who got the live version because the new one failed counts for the new one.
 * People of experiments are left out: an experiment's arm answers them.
 * @param answers that servers have counted in the stage, of both versions
 */
export async function sumStageOutcomes(
  db: Kysely<Tables>,
  stage: Pick<TimedStage, "run_id" | "model" | "share" | "started_at" | "elapsedMs">,
  answers: number,
): Promise<StageOutcomes> {
  const key = `${stage.run_id.length}:${stage.run_id}`;
  const leftOutMs = stage.elapsedMs * Math.max(0, 1 - MOST_ANSWERS / answers);
  const since = new Date(stage.started_at.getTime() + leftOutMs);
  const from = firstIdAt(since.getTime());
  const query = sql<GroupRow>`
    with shown as (
      select id, user_id from exposure
      where id >= ${from}::uuid and model = ${stage.model} and user_id <> '' and experiment is null
    ), told as (
      select recommendation_id,
        bool_or(kind = 'click') as clicked,
        bool_or(kind = 'play') as played,
        sum(amount) as spend,
        array_agg(distinct currency) filter (where currency is not null) as currencies
      from outcome
      where recommendation_id >= ${from}::uuid and received_at >= ${since}
      group by recommendation_id
    ), person as (
      select shown.user_id,
        coalesce(bool_or(clicked), false) as clicked,
        coalesce(bool_or(played), false) as played,
        coalesce(sum(spend), 0)::double precision as spend
      from shown left join told on told.recommendation_id = shown.id
      group by shown.user_id
    )
    select
      ('x' || encode(substring(sha256(convert_to(${key} || user_id, 'UTF8')) for 6), 'hex'))::bit(48)::bigint
        < ${stage.share}::double precision * 281474976710656 as "isCandidate",
      count(*)::integer as people,
      (count(*) filter (where clicked))::integer as clicked,
      (count(*) filter (where played))::integer as played,
      sum(spend) as spend,
      sum(spend * spend) as "spendSquares",
      (select array_agg(distinct one) from told, unnest(currencies) as one
        where recommendation_id in (select id from shown)) as currencies
    from person group by 1`;
  const { rows } = await db.transaction().execute(async (trx) => {
    // Of ids that are newer than its statistics PostgreSQL expects hardly any, and would join them in loops that take minutes.
    await sql`select set_config('enable_nestloop', 'off', true)`.execute(trx);
    return query.execute(trx);
  });
  const group = (isCandidate: boolean): GroupOutcomes => {
    const row = rows.find((one) => one.isCandidate === isCandidate);
    if (!row) return NOBODY;
    const { people, clicked, played, spend, spendSquares } = row;
    return { people, clicked, played, spend, spendSquares };
  };
  return { live: group(false), candidate: group(true), currencies: rows[0]?.currencies?.toSorted() ?? [] };
}
