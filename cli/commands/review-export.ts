import { extname } from "node:path";
import type { Command } from "commander";
import { canonicalJson } from "../../core/json.ts";
import { getReport } from "../../db/releases.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { drawDocument } from "../../report/document.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { reportFileName, writeReportFile } from "../report-file.ts";
import { withSession } from "../session.ts";

export function reviewExportCommand(): Command {
  return holtCommand("export", {
    description:
      "Write a run's report as one HTML file, to be mailed, printed or kept; or its data, as it is signed",
    examples: [
      "holt review export movies-20261124T030000",
      "holt review export movies-20261124T030000 --out report.html",
      "holt review export movies-20261124T030000 --out report.json",
    ],
  })
    .argument("<run>", 'a run of "holt review"')
    .option(
      "--out <path>",
      "the file (default: <run>.html here), .json for the data; one that is there stays",
    )
    .action(printing(write));
}

async function write(
  runId: string,
  { out = reportFileName(runId) }: { out?: string },
): Promise<CommandResult> {
  const { review, document } = await withSession(async ({ database: { db } }) => {
    const review = await getReviewDetail(db, runId);
    if (extname(out) !== ".json") return { review, document: drawDocument(review) };
    // the bytes whose SHA-256 is the report's digest, also of what this Holt doesn't know
    return { review, document: canonicalJson(await getReport(db, review.reportDigest)) };
  });
  await writeReportFile(out, document);
  return {
    text: `run ${runId}: its report is in ${out}`,
    data: { runId, path: out, reportDigest: review.reportDigest, bytes: Buffer.byteLength(document) },
  };
}
