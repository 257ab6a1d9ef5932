import { extname } from "node:path";
import type { Command } from "commander";
import { getExperimentReport } from "../../db/views/experiment-report.ts";
import { drawExperimentReport } from "../../report/experiment.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { reportFileName, writeReportFile } from "../report-file.ts";
import { withSession } from "../session.ts";

export function experimentReportCommand(): Command {
  return holtCommand("report", {
    description:
      "Write what an experiment found as one HTML file, to be mailed, printed or kept; or its data",
    examples: [
      "holt experiment report movies-x1",
      "holt experiment report movies-x1 --out report.html",
      "holt experiment report movies-x1 --out report.json",
    ],
  })
    .argument("<experiment>", 'one of "holt experiment list"')
    .option(
      "--out <path>",
      "the file (default: <experiment>.html here), .json for the data; one that is there stays",
    )
    .action(printing(write));
}

async function write(id: string, { out = reportFileName(id) }: { out?: string }): Promise<CommandResult> {
  const report = await withSession(({ database: { db } }) => getExperimentReport(db, id));
  const document =
    extname(out) === ".json" ? `${JSON.stringify(report, null, 2)}\n` : drawExperimentReport(report);
  await writeReportFile(out, document);
  return {
    text: `experiment ${id}: its report is in ${out}`,
    data: { experiment: id, path: out, bytes: Buffer.byteLength(document) },
  };
}
