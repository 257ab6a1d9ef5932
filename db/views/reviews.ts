/** Reviews as the API and the CLI show them: what waits for a decision, and what a reviewer looks at. */
import { type Kysely, sql } from "kysely";
import type { Decision, InboxReview, ReviewDetail, ReviewSummary, RunSummary } from "../../core/api.ts";
import { NotFound } from "../../core/errors.ts";
import { qaReportSchema } from "../../core/qa-report.ts";
import { releaseSchema } from "../../core/release.ts";
import { describeBarrier, describeEnd } from "../../core/review-barrier.ts";
import { type Actor, mayDo } from "../../core/roles.ts";
import { listComments } from "../comments.ts";
import { type DecisionRow, findBarrier, listDecisions } from "../decisions.ts";
import { findImport } from "../imports.ts";
import { releaseOf, unchanged } from "../releases.ts";
import { findStepDetail } from "../steps.ts";
import type { Tables } from "../tables.ts";
import { getRunSummary } from "./runs.ts";
import { iso } from "./time.ts";

const MOST_REVIEWS = 200;
const SCHEMA_VERSION = 2;

/** What a review is for whoever looks; what somebody may do with it, {@link getReviewFor} adds. */
export type SharedReview = Omit<ReviewDetail, "mayDecide" | "mayNotDecideBecause" | "mayComment">;

/** Open reviews first, by the time that is left; then the newest of the others; 200 at most. */
export async function listReviews(db: Kysely<Tables>): Promise<ReviewSummary[]> {
  const rows = await selectReviews(db)
    .orderBy(
      sql`(review.state = 'open' and run.finished_at is null and review.expires_at > clock_timestamp()) desc`,
    )
    .orderBy("review.opened_at", "desc")
    .limit(MOST_REVIEWS)
    .execute();
  return rows.map(toSummary);
}

/** The same, and whether each waits for a decision that this person may give. */
export async function listReviewsFor(db: Kysely<Tables>, personId: string): Promise<InboxReview[]> {
  const reviews = await listReviews(db);
  const open = reviews.filter(({ state }) => state === "open" || state === "changes_requested");
  const waiting = new Set<string>();
  for (const { runId } of open) if (!(await findBarrier(db, runId, personId))) waiting.add(runId);
  return reviews.map((review) => ({ ...review, mayDecide: waiting.has(review.runId) }));
}

/**
 * What a person signs or refuses, and what was decided; of a run that QA stopped, what they would have seen.
 * @throws {NotFound} no such run, or it has no report yet, or it ended without one, or its report is an older Holt's
 * @throws {BrokenPromise} the report or the release isn't what was made
 */
export async function getReviewDetail(db: Kysely<Tables>, runId: string): Promise<SharedReview> {
  const row =
    (await selectReviews(db).where("review.run_id", "=", runId).executeTakeFirst()) ??
    (await findUnopened(db, runId));
  if (!row) throw new NotFound(whyNoReport(await getRunSummary(db, runId)));
  releaseOf(row.release_digest, row.release); // what is shown is what would be signed
  const [choice, decisions, comments, importedFrom, earlier] = await Promise.all([
    findStepDetail(db, { runId, step: "choose" }),
    listDecisions(db, runId),
    listComments(db, runId),
    findImport(db, runId),
    row.supersedes === null ? [] : listDecisions(db, row.supersedes),
  ]);
  const summary = toSummary(row);
  const isAsk = ({ verdict }: DecisionRow) => verdict === "ask";
  return {
    ...summary,
    releaseDigest: row.release_digest,
    reportDigest: row.report_digest,
    choice: String(choice?.["reason"] ?? ""),
    report: reportOf(row),
    decisions: decisions.map(toDecision),
    comments: comments.map(({ id, check_id, by, text, at }) => ({
      ...{ id, checkId: check_id, by, text },
      at: iso(at),
    })),
    needsOverride: row.needs_override,
    supersededBy: row.superseded_by,
    supersedes: row.supersedes,
    askedBefore: earlier.filter(isAsk).map(toDecision),
    answeredByNoChange: decisions.some(isAsk) ? await listNoChanges(db, row) : [],
    openIncidents: await listOpenIncidents(db, summary.model),
    importedFrom: importedFrom ?? null,
  };
}

/** Runs that began after the first question on a review, and that ended without anything to decide. */
async function listNoChanges(
  db: Kysely<Tables>,
  { run_id }: Pick<ReviewRow, "run_id">,
): Promise<ReviewDetail["answeredByNoChange"]> {
  const rows = await db
    .selectFrom("run")
    .innerJoin("run as asked", (join) =>
      join.onRef("asked.model", "=", "run.model").on("asked.id", "=", run_id),
    )
    .select(["run.id", "run.outcome_reason", "run.finished_at"])
    .where("run.outcome", "=", "no_change")
    .where("run.finished_at", "is not", null)
    .where("run.opened_at", ">", (of) =>
      of
        .selectFrom("decision")
        .select((one) => one.fn.min("decision.at").$notNull().as("at"))
        .where("decision.run_id", "=", run_id)
        .where("decision.verdict", "=", "ask"),
    )
    .orderBy("run.opened_at")
    .execute();
  return rows.map(({ id, outcome_reason, finished_at }) => ({
    runId: id,
    reason: outcome_reason ?? "",
    at: iso(finished_at as Date),
  }));
}

async function listOpenIncidents(db: Kysely<Tables>, model: string): Promise<ReviewDetail["openIncidents"]> {
  return db
    .selectFrom("incident")
    .select(["id", "title"])
    .where("model", "=", model)
    .where("state", "<>", "resolved")
    .orderBy("id")
    .execute();
}

/** The same, and what this person may do with it. */
export async function getReviewFor(
  db: Kysely<Tables>,
  runId: string,
  actor: Pick<Actor, "personId" | "roles">,
): Promise<ReviewDetail> {
  const review = await getReviewDetail(db, runId);
  const because = await whyMayNotDecide(db, review, actor.personId);
  return {
    ...review,
    mayDecide: because === null,
    mayNotDecideBecause: because,
    mayComment: review.state !== "stopped" && mayDo(actor.roles, "decide"),
  };
}

async function whyMayNotDecide(
  db: Kysely<Tables>,
  review: SharedReview,
  personId: string,
): Promise<string | null> {
  if (review.state !== "open" && review.state !== "changes_requested")
    return describeEnd(review.state, review.supersededBy);
  const barrier = await findBarrier(db, review.runId, personId);
  return barrier && describeBarrier(barrier);
}

export function toDecision(row: DecisionRow): Decision {
  const { id, verdict, by, onBehalfOf, channel, override, reason } = row;
  const seen = row.seen as Decision["seen"];
  return { id, verdict, by, onBehalfOf, channel, override, reason, seen, at: iso(row.at) };
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
    .select([
      "review.run_id",
      "review.release_digest",
      "review.report_digest",
      "review.opened_at",
      "review.expires_at",
      "review.superseded_by",
      "review.approvals_needed",
      "review.needs_override",
      "release.body as release",
      "qa_report.body as report",
    ])
    .select([
      sql<ReviewSummary["state"]>`case
        when review.state <> 'open' then review.state
        when run.finished_at is not null then 'stopped'
        when review.expires_at <= clock_timestamp() then 'expired'
        when has_open_question(review.run_id) then 'changes_requested'
        else 'open' end`.as("state"),
      // Of what is decided: what was given, though one of them may have left since.
      sql<number>`case when review.state = 'open'
        then standing_approvals(review.run_id, review.needs_override)
        else (select count(*) from decision d where d.run_id = review.run_id and d.verdict = 'approve') end`.as(
        "approvals",
      ),
      sql<string | null>`(select older.run_id from review older where older.superseded_by = review.run_id
        order by older.opened_at desc limit 1)`.as("supersedes"),
    ]);
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
  return {
    ...{ ...found, opened_at: at, expires_at: at, state: "stopped" },
    ...{ superseded_by: null, supersedes: null, approvals: 0, approvals_needed: 0, needs_override: false },
  };
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
    state: row.state,
    approvals: Number(row.approvals),
    approvalsNeeded: row.approvals_needed,
  };
}

function reportOf(row: ReviewRow): ReviewDetail["report"] {
  const report = unchanged(`report ${row.report_digest}`, row.report_digest, row.report);
  const { schemaVersion } = report as { schemaVersion?: number };
  if (schemaVersion !== SCHEMA_VERSION)
    throw new NotFound(
      `run "${row.run_id}": its QA report is of version ${schemaVersion}, not ${SCHEMA_VERSION}; start the run again`,
    );
  return qaReportSchema.parse(report);
}
