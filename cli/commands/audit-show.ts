import type { Command } from "commander";
import { sentenceOf } from "../../core/audit-sentences.ts";
import { getAuditStory } from "../../db/views/audit-story.ts";
import { requireAuditor } from "../../operations/audit-access.ts";
import { parseCount } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { clean, paint } from "../print/style.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

export function auditShowCommand(): Command {
  return holtCommand("show", {
    description: "Tell what happened to a version: who defined, started, judged, decided and deployed it",
    examples: ["holt audit show movies", "holt audit show movies --version 3"],
  })
    .argument("<model>", "name of an applied model")
    .option("--version <number>", "the version (default: the live one, else the newest)", parseCount)
    .option("--run <run>", "what happened in this run instead")
    .action(printing(show));
}

async function show(
  model: string,
  { version, run: runId }: { version?: number; run?: string },
): Promise<CommandResult> {
  const story = await withSession(async ({ database, settings, actor }) => {
    await requireAuditor(database, { hasToken: settings.token !== undefined, actor });
    return getAuditStory(database.db, model, { version, runId });
  });
  const entries = story.entries.map((entry) => ({ ...entry, sentence: sentenceOf(entry) }));
  const title = [
    story.model,
    ...(story.version === null ? [] : [`version ${story.version}`]),
    `from ${story.runs.join(" and ")}`,
  ].join(", ");
  const lines = entries.map(({ at, sentence }) => `${paint("dim", formatTime(at))}  ${clean(sentence)}.`);
  return { text: [paint("bold", clean(title)), "", ...lines].join("\n"), data: { ...story, entries } };
}
