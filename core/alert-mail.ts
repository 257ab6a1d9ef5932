/** An alert as mail. */
import { type Alert, alertWords } from "./alert-words.ts";
import { escapeHtml, LONGEST_SUBJECT, oneLine } from "./mail-text.ts";
import type { NoticeMail } from "./notice-mail.ts";

/** Text and HTML with the same words. */
export function alertMail(alert: Alert): NoticeMail {
  const { model, subject, details, facts } = alertWords(alert);
  const closing = `You get this mail since ${model}'s definition in Holt names this address under alerts.`;
  const paragraph = (text: string, style = "") => `<p${style && ` style="${style}"`}>${escapeHtml(text)}</p>`;
  return {
    subject: oneLine(subject).slice(0, LONGEST_SUBJECT),
    text: [
      subject,
      ...details,
      facts.map(([word, value]) => `${word}: ${value}`).join("\n"),
      `Look at it: ${alert.link}`,
      `-- \n${closing}\n`,
    ].join("\n\n"),
    html: [
      '<!doctype html><html lang="en"><head><meta charset="utf-8"></head>',
      '<body style="font:16px/1.5 system-ui,sans-serif;color:#1a1a1a;max-width:40em">',
      `<p style="font-size:18px"><strong>${escapeHtml(subject)}</strong></p>`,
      ...details.map((text) => paragraph(text)),
      `<p>${facts.map(([word, value]) => `${word}: ${escapeHtml(value)}`).join("<br>")}</p>`,
      `<p><a href="${escapeHtml(alert.link)}">Look at it in Holt</a></p>`,
      paragraph(closing, "color:#595959;font-size:14px"),
      "</body></html>",
    ].join("\n"),
  };
}
