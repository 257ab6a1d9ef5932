import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { Conflict } from "../../core/errors.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { drawDocument } from "../../report/document.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { withSession } from "../session.ts";

/** As long as a name may be on every usual disk, with its ending. */
const LONGEST_NAME = 200;

export function reviewExportCommand(): Command {
  return holtCommand("export", {
    description: "Write a run's report as one HTML file, to be mailed, printed or kept",
    examples: [
      "holt review export movies-20261124T030000",
      "holt review export movies-20261124T030000 --out report.html",
    ],
  })
    .argument("<run>", 'a run of "holt review"')
    .option("--out <path>", "the file (default: <run>.html here); one that is there is not overwritten")
    .action(printing(write));
}

async function write(
  runId: string,
  { out = reportFileName(runId) }: { out?: string },
): Promise<CommandResult> {
  const review = await withSession(({ database }) => getReviewDetail(database.db, runId));
  const document = drawDocument(review);
  await writeFile(out, document, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
    throw new Conflict(`file "${out}": is there already; name another with --out`);
  });
  return {
    text: `run ${runId}: its report is in ${out}`,
    data: { runId, path: out, reportDigest: review.reportDigest, bytes: Buffer.byteLength(document) },
  };
}

/** The run's own name where it can be a file's; the database's word alone leads to no other folder. */
export function reportFileName(runId: string): string {
  const name = runId.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, LONGEST_NAME);
  return `${name.replace(/^(?:[.-]+|$)/, "_")}.html`;
}
