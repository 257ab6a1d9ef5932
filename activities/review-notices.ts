import { cancellationSignal, log } from "@temporalio/activity";
import type { Kysely } from "kysely";
import { dueNotices, type NoticeEvent } from "../core/notice-due.ts";
import {
  findNoticedReview,
  listNamed,
  listRequesters,
  listReviewers,
  type NoticedReviewRow,
  type Recipient,
} from "../db/noticed-reviews.ts";
import { addNotices, findNextAttemptMs, listNoticeEvents, type NewNotice } from "../db/notices.ts";
import type { Tables } from "../db/tables.ts";
import { type NotifySettings, readNotifySettings } from "../notify/settings.ts";
import type { ActivityContext } from "./context.ts";
import { sendNotices } from "./send-notices.ts";

/** A moment that comes just now is looked at again a little later. */
const SHORTEST_WAIT_MS = 100;

export const reviewNoticeActivities = (
  { database: { db } }: ActivityContext,
  settings: NotifySettings = readNotifySettings(),
) => ({
  /**
   * Writes the notices of a run's review that are due by now, each once, and sends what waits; what cannot be sent comes again later and
   * fails nothing. `nextMs`: when to call again, always above 0; null when nothing more is to come, as after the end.
   */
  async tellReviewers({ runId }: { runId: string }): Promise<{ nextMs: number | null }> {
    const review = await findNoticedReview(db, runId);
    if (!review) return { nextMs: null };
    const { events, next } = dueNotices(
      {
        openedAt: review.facts.openedAt,
        isOpen: review.facts.state === "open",
        rules: review.rules,
        questions: review.facts.questions.length,
      },
      review.now,
    );
    const told = await listNoticeEvents(db, runId);
    for (const event of events.filter((due) => !told.includes(due)))
      await addNotices(db, await noticesOf(db, event, review));
    const { sent, problems } = await sendNotices(db, settings, { runId, signal: cancellationSignal() });
    if (sent > 0) log.info("reviewers were told", { runId, sent });
    for (const problem of problems)
      log.warn("a notice could not be sent, and comes again", { runId, problem });
    if (!next) return { nextMs: null };
    const nextAttemptMs = await findNextAttemptMs(db, runId);
    const nextMs = Math.min(next.getTime() - review.now.getTime(), nextAttemptMs ?? Number.POSITIVE_INFINITY);
    return { nextMs: Math.max(SHORTEST_WAIT_MS, Math.ceil(nextMs)) };
  },
});

/** Slack's channel, and everybody whom the event concerns and who has an address. */
async function noticesOf(
  db: Kysely<Tables>,
  event: NoticeEvent,
  { facts: { runId }, rules }: NoticedReviewRow,
): Promise<NewNotice[]> {
  const { slack, mail } = rules.notify;
  const people = mail ? await recipientsOf(db, event, runId, rules) : [];
  return [
    ...(slack ? [{ runId, event, channel: "slack" as const, recipient: slack.channel }] : []),
    ...people
      .filter(({ email }) => email !== null)
      .map(({ name }) => ({ runId, event, channel: "mail" as const, recipient: name })),
  ];
}

async function recipientsOf(
  db: Kysely<Tables>,
  event: NoticeEvent,
  runId: string,
  rules: NoticedReviewRow["rules"],
): Promise<Recipient[]> {
  if (event === "escalation") return listNamed(db, rules.escalate?.to ?? []);
  if (event.startsWith("question-")) return listRequesters(db, runId);
  const reviewers = await listReviewers(db, runId, rules);
  if (event !== "ended") return reviewers;
  const requesters = await listRequesters(db, runId);
  return [...reviewers, ...requesters.filter(({ id }) => reviewers.every((reviewer) => reviewer.id !== id))];
}
