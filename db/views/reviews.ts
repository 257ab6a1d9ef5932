/** Reviews as the API and the CLI show them: what waits for a decision, and what a reviewer looks at. */
import { type Kysely, sql } from "kysely";
import type { ReviewDetail, ReviewSummary, RunSummary } from "../../core/api.ts";
import { NotFound } from "../../core/errors.ts";
import { qaReportSchema } from "../../core/qa-report.ts";
import { releaseSchema } from "../../core/release.ts";
import { findDecision } from "../decisions.ts";
import { findStepDetail } from "../steps.ts";
import type { Tables } from "../tables.ts";
import { getRunSummary } from "./runs.ts";
import { iso } from "./time.ts";

const MOST_REVIEWS = 200;

/** Open reviews first, by the time that is left; then the newest of the others; 200 at most. */
export async function listReviews(db: Kysely<Tables>): Promise<ReviewSummary[]> {
  const rows = await selectReviews(db)
    .orderBy(
      sql`(decision.id is null and run.finished_at is null and ${sql.ref("review.expires_at")} > clock_timestamp()) desc`,
    )
    .orderBy("review.opened_at", "desc")
    .limit(MOST_REVIEWS)
    .execute();
  return rows.map(toSummary);
}

/**
 * What a person signs or refuses, and what was decided; of a run that QA stopped, what they would have seen.
 * @throws {NotFound} no such run, or it has no report yet, or it ended without one
 */
export async function getReviewDetail(
  db: Kysely<Tables>,
  runId: string,
): Promise<Omit<ReviewDetail, "mayDecide">> {
  const row =
    (await selectReviews(db).where("review.run_id", "=", runId).executeTakeFirst()) ??
    (await findUnopened(db, runId));
  if (!row) throw new NotFound(whyNoReport(await getRunSummary(db, runId)));
  const [choice, decision] = await Promise.all([
    findStepDetail(db, { runId, step: "choose" }),
    findDecision(db, runId),
  ]);
  return {
    ...toSummary(row),
    releaseDigest: row.release_digest,
    reportDigest: row.report_digest,
    choice: String(choice?.["reason"] ?? ""),
    report: qaReportSchema.parse(row.report),
    decision: decision
      ? {
          id: decision.id,
          verdict: decision.verdict,
          by: decision.person,
          channel: decision.channel,
          reason: decision.reason,
          at: iso(decision.at),
        }
      : null,
  };
}

function whyNoReport({ id, outcome, outcomeReason }: RunSummary): string {
  const seeRun = `see "holt run show ${id}"`;
  if (!outcome) return `run "${id}": has no QA report yet; ${seeRun}`;
  const why = outcomeReason ? ` (${outcomeReason})` : "";
  return `run "${id}": ended as ${outcome.replaceAll("_", " ")}${why}, before a QA report was made; ${seeRun}`;
}

function selectReviews(db: Kysely<Tables>) {
  return db
    .selectFrom("review")
    .innerJoin("release", "release.digest", "review.release_digest")
    .innerJoin("qa_report", "qa_report.digest", "review.report_digest")
    .innerJoin("run", "run.id", "review.run_id")
    .leftJoin("decision", "decision.run_id", "review.run_id")
    .select([
      "review.run_id",
      "review.release_digest",
      "review.report_digest",
      "review.opened_at",
      "review.expires_at",
      "release.body as release",
      "qa_report.body as report",
      "decision.verdict as decided",
      "run.finished_at",
    ])
    .select(
      sql<boolean>`review.expired_at is not null or review.expires_at <= clock_timestamp()`.as("is_expired"),
    );
}

type ReviewRow = Awaited<ReturnType<ReturnType<typeof selectReviews>["executeTakeFirstOrThrow"]>>;

/** The report of a run that ended between QA and the review. */
async function findUnopened(db: Kysely<Tables>, runId: string): Promise<ReviewRow | undefined> {
  const row = await db
    .selectFrom("step")
    .innerJoin("run", "run.id", "step.run_id")
    .innerJoin("release", (join) =>
      join.on(sql<boolean>`release.digest = ${sql.ref("step.detail")} ->> 'releaseDigest'`),
    )
    .innerJoin("qa_report", (join) =>
      join.on(sql<boolean>`qa_report.digest = ${sql.ref("step.detail")} ->> 'reportDigest'`),
    )
    .select([
      "step.run_id",
      "step.finished_at as reported_at",
      "release.digest as release_digest",
      "qa_report.digest as report_digest",
      "release.body as release",
      "qa_report.body as report",
      "run.opened_at",
    ])
    .where("step.run_id", "=", runId)
    .where("step.kind", "=", "qa")
    .where("run.finished_at", "is not", null)
    .executeTakeFirst();
  if (!row) return undefined;
  const { reported_at, ...found } = row;
  const at = reported_at ?? row.opened_at;
  return { ...found, opened_at: at, expires_at: at, finished_at: at, decided: null, is_expired: false };
}

function toSummary(row: ReviewRow): ReviewSummary {
  const { model, candidate } = releaseSchema.parse(row.release);
  const { verdict, headline, checks } = qaReportSchema
    .pick({ verdict: true, headline: true, checks: true })
    .loose()
    .parse(row.report);
  return {
    runId: row.run_id,
    model,
    candidate,
    verdict,
    toWeigh: checks.filter((check) => check.severity === "warn" && check.verdict === "fail").length,
    headline,
    openedAt: iso(row.opened_at),
    expiresAt: iso(row.expires_at),
    state: stateOf(row),
  };
}

function stateOf(row: ReviewRow): ReviewSummary["state"] {
  if (row.decided) return row.decided === "approve" ? "approved" : "rejected";
  if (row.is_expired) return "expired";
  return row.finished_at ? "stopped" : "open";
}
