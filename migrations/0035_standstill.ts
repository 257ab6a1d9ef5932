/**
 * A server may open an incident of a monitor that stands still, and send its webhook: the worker that would do so may be
 * what is away. Old servers and workers may run.
 */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  // Whether the monitor looked meanwhile is asked here, under the lock by which a look writes what it saw.
  await sql`
    create function note_standstill(p_model text, p_last timestamptz, p_title text, p_symptoms jsonb)
    returns bigint language plpgsql ${DEFINER} as $$
    declare
      standing bigint;
      opened bigint;
    begin
      perform from model where name = p_model for no key update;
      if not found or exists (select from monitor_run where model = p_model and (p_last is null or at > p_last)) then
        return null;
      end if;
      select id into standing from incident where model = p_model and cause = 'monitor' and state <> 'resolved';
      if standing is not null then
        update incident set title = p_title, symptoms = p_symptoms, last_seen_at = now() where id = standing;
        return null;
      end if;
      insert into incident (model, cause, title, symptoms, opened_at, last_seen_at)
        values (p_model, 'monitor', p_title, p_symptoms, now(), now()) returning id into opened;
      insert into audit (action, model, subject, detail) values ('open_incident', p_model, 'incident ' || opened,
        jsonb_build_object('cause', 'monitor', 'title', p_title));
      return opened;
    end $$`.execute(db);
  await grantLater(db, {
    tables: {
      holt_server: [
        "insert (id, incident_id, event, body) on outgoing_webhook",
        "update (delivered_at) on outgoing_webhook",
      ],
    },
    calls: { holt_server: ["note_standstill"] },
  });
}
