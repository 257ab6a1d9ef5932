import type { Command } from "commander";
import type { InboxReview, ReviewSummary } from "../../core/api.ts";
import { getReviewDetail, getReviewFor, listReviews, listReviewsFor } from "../../db/views/reviews.ts";
import { type CommandResult, holtCommand, printing } from "../command.ts";
import { drawReview } from "../print/report.ts";
import { drawTable } from "../print/table.ts";
import { formatMinute, verdictCell } from "../print/words.ts";
import { type Session, withSession } from "../session.ts";
import { reviewCodeCommand } from "./review-code.ts";
import { reviewCommentCommand } from "./review-comment.ts";
import { decisionCommand } from "./review-decision.ts";
import { reviewExportCommand } from "./review-export.ts";

export function reviewCommand(): Command {
  return holtCommand("review", {
    description: "List what waits for a decision, and decide",
    examples: ["holt review", "holt review show movies-20261124T030000"],
  })
    .option("--all", "also what was decided, superseded or expired")
    .action(printing(inbox))
    .addCommand(reviewShowCommand())
    .addCommand(decisionCommand("approve"))
    .addCommand(decisionCommand("reject"))
    .addCommand(decisionCommand("ask"))
    .addCommand(reviewCommentCommand())
    .addCommand(reviewCodeCommand())
    .addCommand(reviewExportCommand());
}

/** What waits for whoever asks comes first; without a token nobody is known, so nothing waits for them. */
async function inbox({ all }: { all?: true }): Promise<CommandResult> {
  const found: (ReviewSummary | InboxReview)[] = await withSession(async (session) =>
    session.settings.token
      ? listReviewsFor(session.database.db, (await session.actor()).personId)
      : listReviews(session.database.db),
  );
  const reviews = found
    .filter(({ state }) => all || state === "open" || state === "changes_requested")
    .sort((one, other) => Number(isForMe(other)) - Number(isForMe(one)));
  const rows = reviews.map((review) => [
    isForMe(review) ? "you" : "",
    review.runId,
    verdictCell(review.verdict, review.toWeigh),
    describeState(review),
    formatMinute(review.expiresAt),
    review.headline,
  ]);
  const headings = ["for", "run", "checks", "approvals", "expires", "what"];
  return {
    text: reviews.length === 0 ? "Nothing waits for a review." : drawTable(headings, rows),
    data: reviews,
  };
}

/** How many have approved, while it waits; else how it ended. */
function describeState({ state, approvals, approvalsNeeded }: ReviewSummary): string {
  const count = `${approvals} of ${approvalsNeeded}`;
  if (state === "open") return count;
  return state === "changes_requested" ? `${count}, asked` : state;
}

function isForMe(review: ReviewSummary | InboxReview): boolean {
  return "mayDecide" in review && review.mayDecide;
}

function reviewShowCommand(): Command {
  return holtCommand("show", {
    description: "Show a run's report: figures, checks, and the shelves of people",
    examples: ["holt review show movies-20261124T030000"],
  })
    .argument("<run>", 'a run of "holt review"')
    .action(printing((runId: string) => withSession((session) => show(session, runId))));
}

async function show(session: Session, runId: string): Promise<CommandResult> {
  const { db } = session.database;
  if (!session.settings.token) {
    const review = await getReviewDetail(db, runId);
    return { text: drawReview(review), data: review };
  }
  const review = await getReviewFor(db, runId, await session.actor());
  return { text: drawReview(review), data: review };
}
