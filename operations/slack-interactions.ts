/** What follows when somebody presses a button in Slack: the same rules as through every other door. */
import { reviewLink } from "../core/notice.ts";
import { reasonDialog, type SlackVerdict } from "../core/notice-slack.ts";
import type { SlackInteraction, SlackUser } from "../core/slack-interaction.ts";
import { escapeMarkup } from "../core/slack-text.ts";
import { findNoticedReview, type NoticedReviewRow } from "../db/noticed-reviews.ts";
import { type NotifySettings, slackOf } from "../notify/settings.ts";
import type { Slack } from "../notify/slack.ts";
import type { OperationsContext } from "./context.ts";
import { decide } from "./decide.ts";
import { endSession, openExternalSession } from "./sessions.ts";

/** Long enough for one decision; it is ended after it. */
const SESSION_TTL_MS = 60_000;
/** Errors that tell the person what to do; others are Holt's own. */
const FOR_THE_PERSON = ["NotAllowed", "Conflict", "InvalidInput", "NotFound"];

type Press = Extract<SlackInteraction, { kind: "press" }>;
type Reason = Extract<SlackInteraction, { kind: "reason" }>;

/** The issuer under which a Slack user is linked to a person. */
function slackIssuer(team: string): string {
  return `slack:${team}`;
}

/**
 * Decides what the person asked for, or opens the dialog that asks why. What the rules refuse is told to the person alone.
 * @returns what the request is answered with @throws {NotSent} Slack couldn't be told; a decision stands all the same
 */
export async function answerSlack(
  context: OperationsContext,
  settings: NotifySettings,
  interaction: SlackInteraction,
): Promise<object | undefined> {
  if (interaction.kind === "other") return undefined;
  // A wake-up may wait for Temporal, and Slack waits for 3 s at most: the relay sends it a moment later.
  const quick = { ...context, temporal: undefined };
  if (interaction.kind === "reason") return handIn(quick, interaction);
  await press(quick, settings, interaction);
  return undefined;
}

async function press(context: OperationsContext, settings: NotifySettings, pressed: Press): Promise<void> {
  const { subject, verdict, user } = pressed;
  const review = await findNoticedReview(context.database.db, subject.runId);
  const slack = slackOf(settings, review?.rules.notify.slack?.tokenEnv ?? "HOLT_SLACK_TOKEN");
  const stale = review && whyStale(review, pressed);
  if (review && !stale && (verdict !== "approve" || review.facts.needsOverride)) {
    const override = verdict === "approve";
    await slack.openView({ trigger_id: pressed.triggerId, view: reasonDialog(verdict, subject, override) });
    return;
  }
  const answer =
    stale ?? (await tryToDecide(context, user, { ...pressed, override: false, reason: "" })).words;
  await tell(slack, pressed, `${answer}\n${reviewLink(settings.serverUrl, subject.runId)}`);
}

/** A dialog that cannot be handed in says so beside its field. */
async function handIn(context: OperationsContext, reason: Reason): Promise<object> {
  const { words, isDone } = await tryToDecide(context, reason.user, reason);
  if (!isDone) return { response_action: "errors", errors: { reason: words } };
  const text = { type: "plain_text", text: words, emoji: false };
  return {
    response_action: "update",
    view: {
      type: "modal",
      title: { type: "plain_text", text: "Holt" },
      close: { type: "plain_text", text: "Close" },
      blocks: [{ type: "section", text }],
    },
  };
}

async function tryToDecide(
  context: OperationsContext,
  user: SlackUser,
  { subject, verdict, override, reason }: Pick<Reason, "subject" | "verdict" | "override" | "reason">,
): Promise<{ words: string; isDone: boolean }> {
  const { runId, ...digests } = subject;
  try {
    const { session, actor } = await openExternalSession(
      context,
      {
        issuer: slackIssuer(user.team),
        subject: user.id,
        name: user.id,
        email: null,
        roles: null,
        groups: null,
      },
      SESSION_TTL_MS,
    );
    try {
      const decision = { verdict, reason, override, ...digests };
      await decide(context, actor, runId, decision, "slack");
    } finally {
      await endSession(context, session);
    }
    return { words: await doneWords(context, runId, verdict, actor.name), isDone: true };
  } catch (error) {
    const { name, message } = error as Error;
    if (!FOR_THE_PERSON.includes(name)) throw error;
    return { words: message, isDone: false };
  }
}

async function doneWords(
  { database }: OperationsContext,
  runId: string,
  verdict: SlackVerdict,
  name: string,
): Promise<string> {
  const done = { approve: "approved", reject: "rejected", ask: "your question is kept" }[verdict];
  const review = await findNoticedReview(database.db, runId);
  const count =
    verdict === "approve" && review
      ? ` (${review.facts.approvals} of ${review.facts.approvalsNeeded} approvals)`
      : "";
  return `Run ${runId}: ${done}, ${name}${count}.`;
}

/** Said before a dialog is opened for nothing; the decision itself is checked by the database. */
function whyStale({ facts }: NoticedReviewRow, { subject }: Press): string | undefined {
  if (facts.state !== "open")
    return `This message is stale: the review of run ${facts.runId} has ended (${facts.state}).`;
  if (facts.releaseDigest === subject.releaseDigest && facts.reportDigest === subject.reportDigest)
    return undefined;
  return `This message is stale: run ${facts.runId} has another release or report now. Look at it again.`;
}

function tell(slack: Slack, { channel, user }: Press, text: string): Promise<void> {
  return slack.postEphemeral({ channel, user: user.id, text: escapeMarkup(text) });
}
