/** Notices that could not be sent come again later, and a press in Slack counts once. Old workers may run: it only adds. */
import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table review_notice
    add column attempts integer not null default 0,
    -- taken by whoever sends it until then; a sender that died leaves it to the next
    add column next_attempt_at timestamptz not null default now(),
    -- why it could not be sent the last time
    add column problem text,
    add check (event ~ '^(opened|escalation|ended|(reminder|question)-[1-9][0-9]*)$')`.execute(db);
  await sql`create index review_notice_waiting on review_notice (next_attempt_at) where delivered_at is null`.execute(
    db,
  );
  // What Slack sent and Holt took, by the hash of its body: the same again is a replay, since each press has a trigger of its
  // own. Kept for longer than a timestamp is accepted.
  await sql`
    create table slack_request (
      body_sha256 text primary key check (length(body_sha256) = 64),
      at timestamptz not null default now()
    )`.execute(db);
}
