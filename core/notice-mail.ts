/** A notice as mail. */
import { escapeHtml, LONGEST_SUBJECT, oneLine } from "./mail-text.ts";
import { type NoticeFacts, noticeWords } from "./notice.ts";
import type { NoticeEvent } from "./notice-due.ts";

export interface NoticeMail {
  subject: string;
  text: string;
  html: string;
}

/** Text and HTML with the same words. `link` leads to the review, and is all that the mail can do. */
export function noticeMail(event: NoticeEvent, facts: NoticeFacts, link: string): NoticeMail {
  const { subject, lead } = noticeWords(event, facts);
  const headline = facts.headline;
  const closing = `You get this mail since you have a part in reviews of ${facts.model} in Holt. The link opens nothing by itself: Holt asks who you are.`;
  return {
    subject: oneLine(subject).slice(0, LONGEST_SUBJECT),
    text: [
      headline,
      lead,
      `Look at it: ${link}`,
      `Run ${facts.runId}, candidate ${facts.candidate}`,
      `-- \n${closing}`,
    ]
      .filter(Boolean)
      .join("\n\n")
      .concat("\n"),
    html: [
      '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>',
      '<body style="font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;max-width:40em">',
      `<p style="font-size:18px"><strong>${escapeHtml(headline)}</strong></p>`,
      lead && `<p style="white-space:pre-line">${escapeHtml(lead)}</p>`,
      `<p><a href="${escapeHtml(link)}">Look at the review</a></p>`,
      `<p style="color:#595959">Run ${escapeHtml(facts.runId)}, candidate ${escapeHtml(facts.candidate)}</p>`,
      `<p style="color:#595959;font-size:14px">${escapeHtml(closing)}</p>`,
      "</body></html>",
    ]
      .filter(Boolean)
      .join("\n"),
  };
}
