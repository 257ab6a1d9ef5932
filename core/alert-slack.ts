/** An alert as a message in Slack. */
import { type Alert, alertWords } from "./alert-words.ts";
import { SLACK_ACTIONS, type SlackMessage } from "./notice-slack.ts";
import { cut, escapeMarkup, plain } from "./slack-text.ts";

/** Slack's limits: a header's text 150 characters, a section's 3,000. */
const LONGEST = { header: 150, section: 2_900 } as const;

export function alertMessage(alert: Alert): SlackMessage {
  const { subject, details, facts } = alertWords(alert);
  const known = facts.map(([word, value]) => `${word}: ${value}`).join(" · ");
  // A header shows the beginning alone; what a long title says at its end is what follows from it.
  const words = [...(subject.length > LONGEST.header ? [subject] : []), ...details].join("\n\n");
  return {
    text: escapeMarkup(subject),
    blocks: [
      { type: "header", text: plain(cut(subject, LONGEST.header)) },
      ...(words ? [{ type: "section", text: plain(cut(words, LONGEST.section)) }] : []),
      { type: "context", elements: [plain(cut(known, LONGEST.section))] },
      {
        type: "actions",
        elements: [
          {
            type: "button",
            action_id: SLACK_ACTIONS.look,
            text: plain("Look at it in Holt"),
            url: alert.link,
          },
        ],
      },
    ],
  };
}
