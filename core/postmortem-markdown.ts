/** A postmortem as Markdown: what Holt knows is filled in, and what only people know has a place. */
import { formatDuration } from "./duration.ts";
import { actionSentence } from "./incident-action-words.ts";
import type { Postmortem } from "./postmortem.ts";
import { formatCount, plural } from "./words.ts";

const TO_FILL_IN = "_To be filled in._";

export function postmortemMarkdown(postmortem: Postmortem): string {
  const { incident, timeline } = postmortem;
  return `${[
    `# Incident ${incident.id}: ${text(incident.title)}`,
    facts(postmortem),
    "## What happened",
    TO_FILL_IN,
    "## Whom it hit",
    whoWasHit(postmortem),
    `How much it cost them, and the business: ${TO_FILL_IN}`,
    "## What was behind it",
    list(postmortem.lineage),
    checks(postmortem),
    `Why it came to be so, and why nobody saw it before: ${TO_FILL_IN}`,
    "## Timeline",
    table(
      ["when (UTC)", "what"],
      timeline.map(({ at, what }) => [second(at), what]),
    ),
    "## What was done",
    list(incident.actions.map((action) => `Holt, ${actionSentence(action)}`)),
    `By people: ${TO_FILL_IN}`,
    "## What went well, and what did not",
    TO_FILL_IN,
    "## What is to be done",
    table(["what", "who", "until"], [["", "", ""]]),
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`;
}

function facts({ incident, owner, alsoReads, versions }: Postmortem): string {
  const { state, severity, cause, openedAt, resolvedAt, acknowledgedBy, model } = incident;
  const lasted = resolvedAt && formatDuration(Date.parse(resolvedAt) - Date.parse(openedAt));
  const other = alsoReads.map((one) => `${one.model} (source ${one.source})`).join(", ");
  return table(
    ["", ""],
    [
      ["model", model],
      ["state", state],
      ["severity", severity],
      ["cause", cause],
      ["owner", owner ?? "nobody is named"],
      ...(incident.runbook === null ? [] : [["runbook", incident.runbook]]),
      ["found", `${second(openedAt)} UTC, by the monitor`],
      ["ended", resolvedAt ? `${second(resolvedAt)} UTC, after ${lasted}` : "it stands"],
      ["looked after by", acknowledgedBy ?? "nobody said so"],
      ["other models that read the same file", other || "none here"],
      [
        "live meanwhile",
        versions.map(({ version, from }) => `version ${version} since ${second(from)}`).join(", ") ||
          "nothing",
      ],
    ],
  );
}

function whoWasHit({ shown }: Postmortem): string {
  const span = `from ${second(shown.from)} to ${second(shown.until)} UTC`;
  if (shown.answers === 0) return `No exposure of this model is kept ${span}.`;
  return `At most ${plural(shown.people, "person", "people")}: as many were shown something of this model ${span}, in ${formatCount(shown.answers)} lists, ${formatCount(shown.fallbacks)} of them the popularity list. Which of these were worse for it isn't known.`;
}

function checks({ checks: broken }: Postmortem): string {
  const seen = (one: { at: string; value: string } | null) =>
    one ? `${one.value} (${second(one.at)})` : "not known";
  return table(
    ["check", "wanted", "last good", "first bad"],
    broken.map(({ title, threshold, lastGood, firstBad }) => [
      title,
      threshold,
      seen(lastGood),
      seen(firstBad),
    ]),
  );
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${text(item)}.`).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const line = (cells: readonly string[]) => `| ${cells.map(text).join(" | ")} |`;
  return [line(head), `|${head.map(() => " --- |").join("")}`, ...rows.map(line)].join("\n");
}

/** So that nothing in it is Markdown or HTML, nor ends a table's cell. */
function text(written: string): string {
  return written.replaceAll(/[\s\p{Cc}]+/gu, " ").replaceAll(/[\\`*_[\]<>|]/g, "\\$&");
}

function second(at: string): string {
  return at.slice(0, 19).replace("T", " ");
}
