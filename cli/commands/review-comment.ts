import type { Command } from "commander";
import { comment } from "../../operations/comments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { commandLine } from "../print/command-name.ts";
import { withSession } from "../session.ts";

export function reviewCommentCommand(): Command {
  return holtCommand("comment", {
    description: "Say something about a run's report, or about one of its checks; it decides nothing",
    examples: [
      'holt review comment movies-20261124T030000 "the long tail looks thin" --check coverage.items',
    ],
  })
    .argument("<run>", 'a run of "holt review"')
    .argument("<text>", "what you think")
    .option("--check <id>", "the check that it is about; the whole report when left out")
    .action(printing(say));
}

async function say(runId: string, text: string, { check }: { check?: string }): Promise<CommandResult> {
  const said = await withSession(async (session) =>
    comment(session, await session.actor(), runId, { text, ...(check ? { checkId: check } : {}) }),
  );
  return {
    text: `run ${runId}: your comment is kept. Read all with: ${commandLine(`review show ${runId}`)}`,
    data: { runId, ...said },
  };
}
