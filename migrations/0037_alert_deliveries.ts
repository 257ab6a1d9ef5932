/**
 * An alert is delivered to each of several channels, and kept with what became of it. Old workers and servers may run: what they
 * write into outgoing_webhook, and deliver from there, is copied. A later migration removes that table.
 */
import { type Kysely, sql } from "kysely";
import { grantLater } from "./database-roles/later.ts";
import { DEFINER } from "./people-functions/definer.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table alert_delivery (
      id uuid primary key default gen_random_uuid(),
      incident_id bigint not null references incident,
      event text not null,
      -- the CloudEvent of it
      body jsonb not null,
      -- its name in the definition
      channel text not null,
      created_at timestamptz not null default now(),
      delivered_at timestamptz,
      attempts integer not null default 0,
      -- taken by whoever sends it until then; a sender that died leaves it to the next
      next_attempt_at timestamptz not null default now(),
      -- why it could not be delivered the last time
      problem text,
      -- where the receiver keeps it, as Slack's message or PagerDuty's key
      reference text,
      unique (incident_id, event, channel)
    )`.execute(db);
  await sql`create index alert_delivery_waiting on alert_delivery (next_attempt_at) where delivered_at is null`.execute(
    db,
  );
  await sql`
    create function copy_outgoing_webhook() returns trigger language plpgsql ${DEFINER} as $$
    begin
      insert into alert_delivery (id, incident_id, event, body, channel, created_at, delivered_at)
        values (new.id, new.incident_id, new.event, new.body, 'webhook', new.created_at, new.delivered_at)
      on conflict (incident_id, event, channel) do update
        set delivered_at = coalesce(alert_delivery.delivered_at, excluded.delivered_at);
      return null;
    end $$`.execute(db);
  await sql`
    create trigger outgoing_webhook_is_an_alert after insert or update on outgoing_webhook
    for each row execute function copy_outgoing_webhook()`.execute(db);
  // by the trigger
  await sql`update outgoing_webhook set delivered_at = delivered_at`.execute(db);
  await grantLater(db, {
    tables: {
      holt_worker: ["select, insert, update on alert_delivery"],
      holt_server: [
        "select, insert (id, incident_id, event, body, channel, next_attempt_at) on alert_delivery",
        "update (attempts, next_attempt_at, problem, reference, delivered_at) on alert_delivery",
      ],
    },
    calls: {},
  });
}
