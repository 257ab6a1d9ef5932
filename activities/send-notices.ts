/** Sends what waits in review_notice, one after the other, by mail and Slack. */
import type { Kysely } from "kysely";
import { reviewLink } from "../core/notice.ts";
import { noticeMail } from "../core/notice-mail.ts";
import type { SlackMessage } from "../core/notice-slack.ts";
import { noticeMessage } from "../core/notice-slack.ts";
import {
  findNoticedReview,
  listNamed,
  listRequesters,
  listSlackUsers,
  type NoticedReviewRow,
} from "../db/noticed-reviews.ts";
import * as notices from "../db/notices.ts";
import type { Tables } from "../db/tables.ts";
import { openMailer } from "../notify/mail.ts";
import { NotSent } from "../notify/not-sent.ts";
import { type NotifySettings, slackOf } from "../notify/settings.ts";

/** Leaves time to write down what became of the last one, before the activity has to end. */
const LONGEST_ROUND_MS = 30_000;

export interface Sending {
  sent: number;
  /** Why others could not be sent; they come again later. For a log, so without whom they are for. */
  problems: string[];
}

/**
 * Sends what is due, of one run or of all. At least once each: one that was sent when its sender died comes again. A receiver that
 * cannot be reached isn't asked for the others; what else it may be, it never throws for a notice's sake.
 */
export async function sendNotices(
  db: Kysely<Tables>,
  settings: NotifySettings,
  { runId, signal }: { runId?: string; signal?: AbortSignal } = {},
): Promise<Sending> {
  const done: Sending = { sent: 0, problems: [] };
  const unreachable = new Set<notices.NoticeChannel>();
  const endsAt = Date.now() + LONGEST_ROUND_MS;
  while (Date.now() < endsAt && !signal?.aborted) {
    const notice = await notices.takeNotice(db, { runId, without: [...unreachable] });
    if (!notice) break;
    try {
      const reference = await send(db, settings, notice);
      await notices.markNoticeDelivered(db, notice.id, reference);
      done.sent++;
    } catch (error) {
      if (!(error instanceof NotSent)) throw error;
      if (error.isForAll) unreachable.add(notice.channel);
      await notices.markNoticeFailed(db, notice.id, { problem: error.message, pauseMs: error.pauseMs });
      // What a server says of one receiver may quote their address.
      const why = error.isForAll ? error.message : 'was not taken for its receiver; "holt doctor" says why';
      done.problems.push(`${notice.channel} notice ${notice.id}: ${why}`);
    }
  }
  return done;
}

/** @returns where Slack keeps it */
async function send(
  db: Kysely<Tables>,
  settings: NotifySettings,
  notice: notices.NoticeRow,
): Promise<string | null> {
  const review = await findNoticedReview(db, notice.run_id);
  if (!review) throw new NotSent(`run "${notice.run_id}": has no review any more; nothing to do`);
  if (notice.channel === "slack") return sendSlack(db, settings, notice, review);
  await sendMail(db, settings, notice, review);
  return null;
}

async function sendMail(
  db: Kysely<Tables>,
  settings: NotifySettings,
  notice: notices.NoticeRow,
  { facts, rules }: NoticedReviewRow,
): Promise<void> {
  const { mail } = rules.notify;
  if (!settings.smtpUrl)
    throw new NotSent(
      'HOLT_SMTP_URL: is not set for the worker; set it, as in "smtps://user:password@host:465"',
      {
        isForAll: true,
      },
    );
  const [person] = await listNamed(db, [notice.recipient]);
  if (!mail || !person?.email)
    throw new NotSent(`person "${notice.recipient}": has no e-mail address; an admin adds one`);
  await openMailer(settings.smtpUrl).send({
    id: notice.id,
    from: mail.from,
    to: person.email,
    ...noticeMail(notice.event, facts, reviewLink(settings.serverUrl, facts.runId)),
  });
}

/** The first message has the buttons and is changed at the end; what comes between stands in its thread, and in the channel. */
async function sendSlack(
  db: Kysely<Tables>,
  settings: NotifySettings,
  notice: notices.NoticeRow,
  { facts, rules }: NoticedReviewRow,
): Promise<string> {
  const slack = slackOf(settings, rules.notify.slack?.tokenEnv ?? "");
  const message = noticeMessage(notice.event, facts, reviewLink(settings.serverUrl, facts.runId));
  const reference =
    notice.event === "opened"
      ? undefined
      : await notices.findOpenedReference(db, {
          runId: notice.run_id,
          recipient: notice.recipient,
        });
  const [channel = notice.recipient, ts] = reference?.split(" ") ?? [];
  if (notice.event === "ended" && ts) {
    await slack.update({ channel, ts, ...message });
    return `${channel} ${ts}`;
  }
  const posted = await slack.postMessage({
    channel,
    ...(await calling(db, notice, rules, message)),
    unfurl_links: false,
    ...(ts ? { thread_ts: ts, reply_broadcast: true } : {}),
  });
  return `${posted.channel} ${posted.ts}`;
}

/** Whom an escalation or a question is for is called by name, where Slack knows them. */
async function calling(
  db: Kysely<Tables>,
  { event, run_id }: notices.NoticeRow,
  rules: NoticedReviewRow["rules"],
  message: SlackMessage,
): Promise<SlackMessage> {
  const people =
    event === "escalation"
      ? await listNamed(db, rules.escalate?.to ?? [])
      : event.startsWith("question-")
        ? await listRequesters(db, run_id)
        : [];
  const users = await listSlackUsers(
    db,
    people.map(({ id }) => id),
  );
  if (users.length === 0) return message;
  const called = users.map((user) => `<@${user.split("/")[1]}>`).join(" ");
  const section = { type: "section", text: { type: "mrkdwn", text: called } };
  return { text: `${called} ${message.text}`, blocks: [section, ...message.blocks] };
}
