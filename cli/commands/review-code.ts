import { type Command, Option } from "commander";
import type { ReviewCode } from "../../core/api.ts";
import { getReviewDetail } from "../../db/views/reviews.ts";
import { issueReviewCode } from "../../operations/review-codes.ts";
import type { Settings } from "../../store/settings.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { formatTime } from "../print/words.ts";
import { withSession } from "../session.ts";

interface Options {
  verdict: "approve" | "reject";
  reason: string;
  override?: boolean;
}

export function reviewCodeCommand(): Command {
  return holtCommand("code", {
    description: "Get a one-time code that decides a review from Temporal's own pages or command",
    examples: ["holt review code movies-20261124T030000 --verdict approve"],
  })
    .argument("<run>", 'a run of "holt review"')
    .addOption(
      new Option("--verdict <verdict>", "what the code decides")
        .choices(["approve", "reject"])
        .makeOptionMandatory(),
    )
    .option("--reason <text>", "why; needed to reject, and with --override", "")
    .option("--override", "though a check failed that must not; needs one more person, each with a reason")
    .action(printing(issue));
}

async function issue(runId: string, { verdict, reason, override = false }: Options): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const { releaseDigest, reportDigest } = await getReviewDetail(session.database.db, runId);
    const code = await issueReviewCode(session, actor, runId, {
      verdict,
      reason,
      override,
      releaseDigest,
      reportDigest,
    });
    return { text: describeCode(code, verdict, session.settings), data: code };
  });
}

function describeCode(
  { code, expiresAt, workflowId, signal }: ReviewCode,
  verdict: Options["verdict"],
  { temporalAddress, temporalNamespace, temporalUiUrl }: Settings,
): string {
  const page = temporalUiUrl ?? "Temporal's pages";
  return [
    `Code to ${verdict}, good once until ${formatTime(expiresAt)}, and only for this release and report:`,
    "",
    `  ${code}`,
    "",
    "With Temporal's command:",
    "",
    `  temporal workflow signal --address ${temporalAddress} --namespace ${temporalNamespace} --workflow-id ${workflowId} --name ${signal} --input '${JSON.stringify(code)}'`,
    "",
    `On ${page}: open the workflow ${workflowId}, choose "Send a Signal", name "${signal}", input ${JSON.stringify(code)}, encoding json/plain.`,
  ].join("\n");
}
