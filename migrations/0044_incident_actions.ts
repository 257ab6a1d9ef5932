/**
 * What Holt does about an incident by itself, as the definition says: kept, limited, and undone when the cause is gone. Old servers
 * may run: they don't list what Holt put up. Old workers may run: they take none.
 */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { addDueActions } from "./incident-actions/due.ts";
import { addHolds } from "./incident-actions/holds.ts";
import { addIncidentRuns } from "./incident-actions/runs.ts";
import { addTakeAction } from "./incident-actions/take.ts";
import { addUndoAction } from "./incident-actions/undo.ts";
import { reserveActions } from "./reserved-actions.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await reserveActions(db, ["take_action", "withhold_action", "undo_action", "keep_action"]);
  await sql`
    create table incident_action (
      incident_id bigint not null references incident,
      -- its name in the definition
      name text not null,
      model text not null references model,
      -- as the definition said when it was taken
      rule jsonb not null,
      definition_digest text not null references definition,
      outcome text not null check (outcome in ('taken', 'withheld')),
      -- what was done, or why nothing was
      reason text not null,
      at timestamptz not null default clock_timestamp(),
      safeguard_id uuid unique references safeguard,
      deployment_id bigint unique references deployment,
      run_id text unique references run,
      undone_at timestamptz,
      -- null: Holt, since the cause is gone
      undone_by uuid references person,
      undone_reason text,
      -- a person has it stay
      kept_at timestamptz,
      kept_by uuid references person,
      kept_reason text,
      primary key (incident_id, name),
      check (num_nonnulls(safeguard_id, deployment_id, run_id) = (outcome = 'taken')::integer),
      check (undone_at is null or kept_at is null)
    )`.execute(db);
  await sql`create index incident_action_lately on incident_action (model, name, at)`.execute(db);
  await addHolds(db);
  await addIncidentRuns(db);
  await addDueActions(db);
  await addTakeAction(db);
  await addUndoAction(db);
  await tellOfActions(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select on incident_action"],
      holt_server: ["select on incident_action", "insert (about) on alert_delivery"],
      holt_auditor: ["select on incident_action"],
    },
    calls: {
      holt_worker: ["due_actions", "take_action", "hold_of"],
      holt_server: ["settle_action"],
    },
  });
}

/** An alert of an action may come more than once in an incident, once for each. */
async function tellOfActions(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table alert_delivery add column about text not null default '',
      drop constraint alert_delivery_incident_id_event_channel_key`.execute(db);
  await sql`create unique index alert_delivery_once on alert_delivery (incident_id, event, channel, about)`.execute(
    db,
  );
  await sql`
    create or replace function copy_outgoing_webhook() returns trigger language plpgsql
    security definer set search_path = pg_catalog, public, pg_temp as $$
    begin
      insert into alert_delivery (id, incident_id, event, body, channel, created_at, delivered_at)
        values (new.id, new.incident_id, new.event, new.body, 'webhook', new.created_at, new.delivered_at)
      on conflict (incident_id, event, channel, about) do update
        set delivered_at = coalesce(alert_delivery.delivered_at, excluded.delivered_at);
      return null;
    end $$`.execute(db);
}
