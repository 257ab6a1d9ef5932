/** Scheduled runs that are not opened, and whatever else Holt puts up by itself: no person did, so none is named. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addHolds(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table safeguard drop constraint safeguard_kind_check,
      add constraint safeguard_kind_check check (kind in ('freeze', 'baseline', 'thaw', 'hold')),
      alter column person_id drop not null`.execute(db);
  // Only the owner's functions insert here, so this keeps them honest.
  await sql`
    alter table safeguard add constraint safeguard_of_somebody
    check (person_id is not null or kind in ('baseline', 'hold'))`.execute(db);
  // What keeps a scheduled run from being opened now, the one that stood first; with the incident that it is about.
  await sql`
    create function hold_of(p_model text) returns table (incident_id bigint, cause text, since timestamptz)
    language sql stable ${DEFINER} as $$
      select incident.id, incident.cause, starts_at from safeguard
        join incident_action as act on act.safeguard_id = safeguard.id
        join incident on incident.id = act.incident_id
        where safeguard.kind = 'hold' and safeguard.model = p_model and lifted_at is null
          and starts_at <= clock_timestamp() and ends_at > clock_timestamp()
        order by starts_at, incident.id
    $$`.execute(db);
}
