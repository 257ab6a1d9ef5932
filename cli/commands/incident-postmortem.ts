import { extname } from "node:path";
import type { Command } from "commander";
import { postmortemMarkdown } from "../../core/postmortem-markdown.ts";
import { getPostmortem } from "../../db/views/postmortem.ts";
import { parseCount } from "../arguments.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { writeReportFile } from "../report-file.ts";
import { withSession } from "../session.ts";

export function postmortemCommand(): Command {
  return holtCommand("postmortem", {
    description:
      "Write what is known of an incident as Markdown, with places for what only people know; or its data",
    examples: [
      "holt incidents postmortem 3",
      "holt incidents postmortem 3 --out stale-titles.md",
      "holt incidents postmortem 3 --out stale-titles.json",
    ],
  })
    .argument("<id>", 'an incident of "holt incidents"', parseCount)
    .option(
      "--out <path>",
      "the file (default: incident-<id>.md here), .json for the data; one that is there stays",
    )
    .action(printing(write));
}

async function write(id: number, { out = `incident-${id}.md` }: { out?: string }): Promise<CommandResult> {
  const postmortem = await withSession(({ database: { db } }) => getPostmortem(db, id));
  const document =
    extname(out) === ".json" ? `${JSON.stringify(postmortem, null, 2)}\n` : postmortemMarkdown(postmortem);
  await writeReportFile(out, document);
  return {
    text: `incident ${id}: its postmortem is in ${out}`,
    data: { incident: id, path: out, bytes: Buffer.byteLength(document) },
  };
}
