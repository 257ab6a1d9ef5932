import type { Command } from "commander";
import { getReviewDetail, listReviews } from "../../db/views/reviews.ts";
import { decide } from "../../operations/decide.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { commandLine } from "../print/command-name.ts";
import { drawReview } from "../print/report.ts";
import { drawTable } from "../print/table.ts";
import { formatTime, verdictCell } from "../print/words.ts";
import { withSession } from "../session.ts";
import { reviewCodeCommand } from "./review-code.ts";

export function reviewCommand(): Command {
  return holtCommand("review", {
    description: "List what waits for a decision, and decide",
    examples: ["holt review", "holt review show movies-20261124T030000"],
  })
    .option("--all", "also what was decided or expired")
    .action(printing(inbox))
    .addCommand(reviewShowCommand())
    .addCommand(decisionCommand("approve"))
    .addCommand(decisionCommand("reject"))
    .addCommand(reviewCodeCommand());
}

async function inbox({ all }: { all?: true }): Promise<CommandResult> {
  const reviews = (await withSession(({ database }) => listReviews(database.db))).filter(
    ({ state }) => all || state === "open",
  );
  const rows = reviews.map((review) => [
    review.runId,
    review.candidate,
    verdictCell(review.verdict, review.toWeigh),
    review.state,
    formatTime(review.expiresAt),
    review.headline,
  ]);
  return {
    text:
      reviews.length === 0
        ? "Nothing waits for a review."
        : drawTable(["run", "candidate", "checks", "state", "expires", "what"], rows),
    data: reviews,
  };
}

function reviewShowCommand(): Command {
  return holtCommand("show", {
    description: "Show a run's report: figures, checks, and the shelves of people",
    examples: ["holt review show movies-20261124T030000"],
  })
    .argument("<run>", 'a run of "holt review"')
    .action(
      printing(async (runId: string) => {
        const review = await withSession(({ database }) => getReviewDetail(database.db, runId));
        return { text: drawReview(review), data: review };
      }),
    );
}

function decisionCommand(verdict: "approve" | "reject"): Command {
  const isRejection = verdict === "reject";
  return holtCommand(verdict, {
    description: isRejection
      ? "Reject a run's release; the run ends with the reason"
      : "Approve a run's release for production",
    examples: [
      `holt review ${verdict} movies-20261124T030000${isRejection ? ' --reason "the derby is missing"' : ""}`,
    ],
  })
    .argument("<run>", 'a run of "holt review"')
    .option("--reason <text>", isRejection ? "why; needed, whoever made the model reads it" : "why", "")
    .option("--release <digest>", "the release that you saw; refused if another stands there now")
    .option("--report <digest>", "the report that you saw; refused if another stands there now")
    .action(printing((runId: string, options: SeenOptions) => sendDecision(verdict, runId, options)));
}

interface SeenOptions {
  reason: string;
  release?: string;
  report?: string;
}

/** Signs the digests that the person names; without them, those that stand there, which the answer repeats. */
async function sendDecision(
  verdict: "approve" | "reject",
  runId: string,
  { reason, release, report }: SeenOptions,
): Promise<CommandResult> {
  return withSession(async (session) => {
    const actor = await session.actor();
    const review = await getReviewDetail(session.database.db, runId);
    const signed = {
      releaseDigest: release ?? review.releaseDigest,
      reportDigest: report ?? review.reportDigest,
    };
    const decision = await decide(session, actor, runId, { verdict, reason, ...signed }, "cli");
    const decided = `${verdict === "approve" ? "approved" : "rejected"} by ${decision.by}`;
    return {
      text: [
        review.decision
          ? `run ${runId}: already ${decided} at ${formatTime(decision.at)}; that decision stands`
          : `run ${runId}: ${decided}`,
        `release ${signed.releaseDigest}`,
        `report  ${signed.reportDigest}`,
        `Follow it with: ${commandLine(`run show ${runId}`)}`,
      ].join("\n"),
      data: { runId, ...signed, ...decision },
    };
  });
}
