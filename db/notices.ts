/** Notices of reviews: written when they are due, sent by whoever takes them, at least once each. */
import { type Kysely, type Selectable, sql } from "kysely";
import type { NoticeEvent } from "../core/notice-due.ts";
import { nextAttempt } from "./retry-pause.ts";
import type { ReviewNoticeTable, Tables } from "./tables.ts";

export type NoticeChannel = ReviewNoticeTable["channel"];
export interface NewNotice {
  runId: string;
  event: NoticeEvent;
  channel: NoticeChannel;
  /** A person's name, or Slack's channel. */
  recipient: string;
}
export type NoticeRow = Omit<Selectable<ReviewNoticeTable>, "event"> & { event: NoticeEvent };

/** What couldn't be told for so long tells nobody anything. */
const GIVE_UP_AFTER = "7 days";

/** Keeps notices for sending; one that is there already stays as it is. @returns how many are new */
export async function addNotices(db: Kysely<Tables>, notices: readonly NewNotice[]): Promise<number> {
  if (notices.length === 0) return 0;
  const added = await db
    .insertInto("review_notice")
    .values(notices.map(({ runId, ...notice }) => ({ run_id: runId, ...notice })))
    .onConflict((conflict) => conflict.columns(["run_id", "event", "channel", "recipient"]).doNothing())
    .returning("id")
    .execute();
  return added.length;
}

/** Events of a run that were written before, whoever was told. */
export async function listNoticeEvents(db: Kysely<Tables>, runId: string): Promise<string[]> {
  const rows = await db
    .selectFrom("review_notice")
    .select("event")
    .distinct()
    .where("run_id", "=", runId)
    .execute();
  return rows.map(({ event }) => event);
}

/**
 * Takes one notice to send, of one run or of any; nobody else gets it until its next attempt is due. What came too late
 * (the review has ended meanwhile) is left.
 * @param without channels that cannot be reached just now
 */
export async function takeNotice(
  db: Kysely<Tables>,
  { runId, without }: { runId?: string | undefined; without: readonly NoticeChannel[] },
): Promise<NoticeRow | undefined> {
  const next = sendable(db)
    .select("review_notice.id")
    .where("review_notice.next_attempt_at", "<=", sql<Date>`now()`)
    .$if(runId !== undefined, (query) => query.where("review_notice.run_id", "=", runId ?? ""))
    .$if(without.length > 0, (query) => query.where("review_notice.channel", "not in", without))
    .orderBy("review_notice.created_at")
    .orderBy("review_notice.event")
    .limit(1)
    .forUpdate("review_notice")
    .skipLocked();
  const row = await db
    .updateTable("review_notice")
    .set({
      attempts: sql`attempts + 1`,
      next_attempt_at: nextAttempt(),
    })
    .where("id", "=", next)
    .returningAll()
    .executeTakeFirst();
  return row as NoticeRow | undefined;
}

/** @param reference where the receiver keeps it, for a change later */
export async function markNoticeDelivered(
  db: Kysely<Tables>,
  id: string,
  reference: string | null,
): Promise<void> {
  await db
    .updateTable("review_notice")
    .set({ delivered_at: sql`now()`, reference, problem: null })
    .where("id", "=", id)
    .where("delivered_at", "is", null)
    .execute();
}

/** Says why it could not be sent; `pauseMs` when the receiver asked for a pause of its own. */
export async function markNoticeFailed(
  db: Kysely<Tables>,
  id: string,
  { problem, pauseMs }: { problem: string; pauseMs?: number | undefined },
): Promise<void> {
  await db
    .updateTable("review_notice")
    .set({ problem })
    .$if(pauseMs !== undefined, (query) =>
      query.set({
        next_attempt_at: sql`now() + ${pauseMs ?? 0}::double precision * interval '1 millisecond'`,
      }),
    )
    .where("id", "=", id)
    .execute();
}

/** Where Slack keeps the message that told of the review first. */
export async function findOpenedReference(
  db: Kysely<Tables>,
  { runId, recipient }: { runId: string; recipient: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom("review_notice")
    .select("reference")
    .where("run_id", "=", runId)
    .where("event", "=", "opened")
    .where("channel", "=", "slack")
    .where("recipient", "=", recipient)
    .executeTakeFirst();
  return row?.reference ?? undefined;
}

/** Milliseconds until the next attempt at something of this run is due; undefined when nothing waits. */
export async function findNextAttemptMs(db: Kysely<Tables>, runId: string): Promise<number | undefined> {
  const row = await sendable(db)
    .select(
      sql<number>`(extract(epoch from min(review_notice.next_attempt_at) - clock_timestamp()) * 1000)::double precision`.as(
        "ms",
      ),
    )
    .where("review_notice.run_id", "=", runId)
    .executeTakeFirst();
  return row?.ms ?? undefined;
}

/** Notices that could not be sent and are tried again, the oldest first. */
export function listFailedNotices(
  db: Kysely<Tables>,
): Promise<
  { run_id: string; event: string; channel: NoticeChannel; recipient: string; problem: string | null }[]
> {
  return sendable(db)
    .select([
      "review_notice.run_id",
      "review_notice.event",
      "review_notice.channel",
      "review_notice.recipient",
      "review_notice.problem",
    ])
    .where("review_notice.problem", "is not", null)
    .orderBy("review_notice.created_at")
    .execute();
}

/** What still tells somebody something: of an open review anything, of an ended one how it ended. */
function sendable(db: Kysely<Tables>) {
  return db
    .selectFrom("review_notice")
    .innerJoin("review", "review.run_id", "review_notice.run_id")
    .where("review_notice.delivered_at", "is", null)
    .where("review_notice.created_at", ">", sql<Date>`now() - ${GIVE_UP_AFTER}::interval`)
    .where((is) => is.or([is("review.state", "=", "open"), is("review_notice.event", "=", "ended")]));
}
