/** Who looks after an incident: the first who said so themself. */
import { type Kysely, sql } from "kysely";
import { DEFINER } from "../people-functions/definer.ts";

export async function addAcknowledge(db: Kysely<unknown>): Promise<void> {
  // Rows from before may lack the person; new ones may not.
  await sql`
    alter table incident add constraint incident_acknowledged_by_somebody
    check (state <> 'acknowledged' or acknowledged_by is not null) not valid`.execute(db);
  await sql`
    create function acknowledge_incident(p_proof text, p_incident bigint) returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
      there incident;
    begin
      select * into there from incident where id = p_incident for no key update;
      if there.id is null then
        raise exception using errcode = 'HT404',
          message = format('incident %s: does not exist; see "holt incidents"', p_incident);
      elsif there.state = 'resolved' then
        raise exception using errcode = 'HT409',
          message = format('incident %s: is resolved already; nothing is left to do', p_incident);
      elsif there.state = 'open' then
        update incident set state = 'acknowledged', acknowledged_by = actor.id where id = p_incident;
        insert into audit (person_id, action, model, subject) values (actor.id, 'acknowledge_incident', there.model,
          'incident ' || p_incident);
      end if;
    end $$`.execute(db);
}
