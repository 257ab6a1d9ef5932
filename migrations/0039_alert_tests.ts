/** A person may have a marked test sent through a model's channels; it is an alert of no incident. Old workers and servers may run. */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table alert_delivery
      alter column incident_id drop not null,
      -- of a test; of any other it is the incident's
      add column model text references model,
      add check ((incident_id is null) = (model is not null))`.execute(db);
  await sql`create index alert_delivery_newest on alert_delivery (created_at desc)`.execute(db);
  await reserveActions(db, ["test_alerts"]);
  await sql`
    create function test_alerts(p_proof text, p_model text, p_tests jsonb) returns void language plpgsql ${DEFINER} as $$
    declare
      actor person := acting(p_proof, 'submit');
    begin
      insert into alert_delivery (id, model, event, body, channel, attempts)
        select id, p_model, 'holt.alert.test', body, channel, 1
        from jsonb_to_recordset(p_tests) as test (id uuid, body jsonb, channel text);
      insert into audit (person_id, action, model, subject, detail) values (actor.id, 'test_alerts', p_model,
        'model ' || p_model, jsonb_build_object('channels', jsonb_path_query_array(p_tests, '$[*].channel')));
    end $$`.execute(db);
  await grantLater(db, { tables: {}, calls: { holt_server: ["test_alerts"] } });
}
