import type { ReviewDetail } from "../../core/api.ts";
import type { Check, Preview, QaReport } from "../../core/qa-report.ts";
import { clean, paint } from "./style.ts";
import { drawPairs, drawTable } from "./table.ts";
import { formatMetric, formatShare, formatSize, formatTime, verdictCell } from "./words.ts";

/** A review as text: what is to be decided, the figures, the checks, the shelves, and how to decide. */
export function drawReview(review: Omit<ReviewDetail, "mayDecide">): string {
  const { report } = review;
  return [
    paint("bold", `${clean(report.model)}: ${clean(report.candidate)}`),
    clean(report.headline),
    "",
    drawPairs([
      ["run", review.runId],
      ["state", review.decision ? describeDecision(review.decision) : review.state],
      ["chosen because", review.choice],
      ["opened", formatTime(review.openedAt)],
      ["expires", formatTime(review.expiresAt)],
      ["release", review.releaseDigest],
      ["report", review.reportDigest],
    ]),
    "",
    drawMetrics(report),
    "",
    drawChecks(report.checks),
    ...report.previews.flatMap((preview) => ["", drawPreview(preview)]),
    ...(review.state === "open" ? ["", howToDecide(review.runId)] : []),
  ].join("\n");
}

function describeDecision({
  verdict,
  by,
  channel,
  reason,
  at,
}: NonNullable<ReviewDetail["decision"]>): string {
  const why = reason ? `: ${reason}` : "";
  return `${verdict === "approve" ? "approved" : "rejected"} by ${by} (${channel}) ${formatTime(at)}${why}`;
}

function drawMetrics({ metrics, k }: QaReport): string {
  return drawTable(
    ["candidate", `NDCG@${k}`, `recall@${k}`, `coverage@${k}`, "people", "size"],
    metrics.map((row) => [
      row.subject,
      formatMetric(row.ndcg),
      formatMetric(row.recall),
      formatShare(row.coverage),
      row.people,
      formatSize(row.sizeBytes),
    ]),
  );
}

function drawChecks(checks: readonly Check[]): string {
  if (checks.length === 0) return "No checks.";
  const rows = checks.map((check) => [
    verdictCell(check.verdict),
    check.severity,
    check.title,
    formatValue(check.value, check.unit),
    formatValue(check.threshold, check.unit),
    check.examples.length > 0 ? `${check.explanation} (${check.examples.join(", ")})` : check.explanation,
  ]);
  return drawTable(["verdict", "severity", "check", "found", "wanted", "what it means"], rows);
}

function formatValue(value: number | null, unit: Check["unit"]): string {
  if (unit === "share") return formatShare(value);
  return value === null ? "–" : value.toLocaleString("en-US");
}

/** One person's shelf: what they liked, and each list beside the other. */
function drawPreview({ user, history, candidate, baseline, champion }: Preview): string {
  const columns = [history, candidate, baseline, ...(champion ? [champion] : [])];
  const length = Math.max(...columns.map((column) => column.length));
  const rows = Array.from({ length }, (_, rank) => [
    rank + 1,
    ...columns.map((column) => column[rank]?.title ?? ""),
  ]);
  const headings = ["", "history", "candidate", "popularity", ...(champion ? ["live today"] : [])];
  return `${paint("bold", `Shelf of ${clean(user)}`)}\n${drawTable(headings, rows)}`;
}

function howToDecide(runId: string): string {
  return `Decide with: holt review approve ${runId}\n         or: holt review reject ${runId} --reason "…"`;
}
