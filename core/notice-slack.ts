/** A notice as a Slack message, and the dialog that asks for a reason. Shapes are Slack's Block Kit. */
import { type NoticeFacts, noticeWords } from "./notice.ts";
import type { NoticeEvent } from "./notice-due.ts";
import { cut, escapeMarkup, plain } from "./slack-text.ts";

/** Ids of what people press, as Slack sends them back. */
export const SLACK_ACTIONS = {
  approve: "holt_approve",
  reject: "holt_reject",
  ask: "holt_ask",
  /** Slack opens the page itself, and tells of it all the same. */
  look: "holt_look",
} as const;
export type SlackVerdict = "approve" | "reject" | "ask";

/** Block and action of the dialog's one field. */
export const REASON_FIELD = { block: "reason", action: "text" } as const;
export const REASON_DIALOG = "holt_reason";

/** What a button stands for: it decides only while exactly this release and report wait. */
export interface SlackSubject {
  runId: string;
  releaseDigest: string;
  reportDigest: string;
}

type Json = { [key: string]: unknown };

/** Slack's limits: a button's value 2,000 characters, a section's text 3,000, a header's 150, a reason ours. */
const LONGEST = { headline: 2_000, header: 150, reason: 2_000 } as const;

export interface SlackMessage {
  /** For notifications and screen readers. */
  text: string;
  blocks: Json[];
}

/** The message that waits for a press. People's words stand as plain text, so that none of them can link or call somebody. */
export function noticeMessage(event: NoticeEvent, facts: NoticeFacts, link: string): SlackMessage {
  const { subject, lead } = noticeWords(event, facts);
  const words = [facts.headline, lead].filter(Boolean).join("\n\n");
  return {
    text: escapeMarkup(subject),
    blocks: [
      { type: "header", text: plain(cut(subject, LONGEST.header)) },
      { type: "section", text: plain(cut(words, LONGEST.headline)) },
      { type: "context", elements: [plain(`Run ${facts.runId} · candidate ${facts.candidate}`)] },
      { type: "actions", elements: event === "opened" ? buttons(facts, link) : [lookButton(link)] },
    ],
  };
}

/** The dialog that Slack shows after "Reject" or "Ask", and where a failed check is to be overridden. */
export function reasonDialog(verdict: SlackVerdict, subject: SlackSubject, override: boolean): Json {
  const words = {
    approve: ["Override and approve", "Approve", "Why it may go live though a check failed"],
    reject: ["Reject", "Reject", "Why it must not go live"],
    ask: ["Ask", "Ask", "What is to be answered; the answer is another run"],
  }[verdict];
  const [title = "", submit = "", label = ""] = words;
  return {
    type: "modal",
    callback_id: REASON_DIALOG,
    private_metadata: JSON.stringify({ ...subject, verdict, override }),
    title: plain(title),
    submit: plain(submit),
    close: plain("Cancel"),
    blocks: [
      {
        type: "input",
        block_id: REASON_FIELD.block,
        label: plain(label),
        element: {
          type: "plain_text_input",
          action_id: REASON_FIELD.action,
          multiline: true,
          max_length: LONGEST.reason,
        },
      },
    ],
  };
}

function buttons(facts: NoticeFacts, link: string): Json[] {
  const { runId, releaseDigest, reportDigest, needsOverride, model } = facts;
  const value = JSON.stringify({ runId, releaseDigest, reportDigest });
  const button = (verdict: SlackVerdict, text: string, more: Json = {}) => ({
    type: "button",
    action_id: SLACK_ACTIONS[verdict],
    text: plain(text),
    value,
    ...more,
  });
  const confirm = {
    title: plain("Approve this version?"),
    text: plain(`It goes live for ${model} once enough people have approved. Your name is kept with it.`),
    confirm: plain("Approve"),
    deny: plain("Not yet"),
  };
  return [
    lookButton(link),
    needsOverride
      ? button("approve", "Override and approve …")
      : button("approve", "Approve", { style: "primary", confirm }),
    button("reject", "Reject …", { style: "danger" }),
    button("ask", "Ask …"),
  ];
}

function lookButton(link: string): Json {
  return { type: "button", action_id: SLACK_ACTIONS.look, text: plain("Look at the report"), url: link };
}
