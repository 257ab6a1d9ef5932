/** What notices say of a review, and whom they reach. */
import { type Kysely, sql } from "kysely";
import { type ReviewRules, reviewRulesSchema } from "../core/definition-review.ts";
import type { NoticeFacts } from "../core/notice.ts";
import { qaReportSchema } from "../core/qa-report.ts";
import { releaseSchema } from "../core/release.ts";
import type { Tables } from "./tables.ts";

export interface NoticedReviewRow {
  facts: NoticeFacts;
  rules: ReviewRules;
  /** The database's clock, by which reviews expire. */
  now: Date;
}

const headSchema = qaReportSchema.pick({ verdict: true, headline: true }).loose();

/** A run's review; undefined while it has none. */
export async function findNoticedReview(
  db: Kysely<Tables>,
  runId: string,
): Promise<NoticedReviewRow | undefined> {
  const row = await db
    .selectFrom("review")
    .innerJoin("run", "run.id", "review.run_id")
    .innerJoin("release", "release.digest", "review.release_digest")
    .innerJoin("qa_report", "qa_report.digest", "review.report_digest")
    .selectAll("review")
    .select(["run.model", "release.body as release", "qa_report.body as report", sql<Date>`now()`.as("now")])
    .where("review.run_id", "=", runId)
    .executeTakeFirst();
  if (!row) return undefined;
  const decisions = await db
    .selectFrom("decision")
    .leftJoin("person", "person.id", "decision.person_id")
    .select(["decision.verdict", "decision.reason", "decision.rule", "person.name"])
    .where("decision.run_id", "=", runId)
    .orderBy("decision.at")
    .execute();
  const { verdict, headline } = headSchema.parse(row.report);
  const by = (decision: (typeof decisions)[number]) =>
    decision.name ?? (decision.rule ? `the rule "${decision.rule}"` : "a person");
  const votes = decisions.filter((decision) => decision.verdict !== "ask");
  const last = row.state === "approved" || row.state === "rejected" ? votes.at(-1) : undefined;
  return {
    facts: {
      runId,
      model: row.model,
      candidate: releaseSchema.parse(row.release).candidate,
      verdict,
      headline,
      openedAt: row.opened_at,
      expiresAt: row.expires_at,
      state: row.state,
      approvals: votes.filter((decision) => decision.verdict === "approve").length,
      approvalsNeeded: row.approvals_needed,
      needsOverride: row.needs_override,
      releaseDigest: row.release_digest,
      reportDigest: row.report_digest,
      supersededBy: row.superseded_by,
      questions: decisions
        .filter((decision) => decision.verdict === "ask")
        .map((decision) => ({ by: by(decision), text: decision.reason })),
      endedBy: last ? by(last) : null,
      endReason: last?.reason ?? "",
    },
    rules: reviewRulesSchema.parse(row.rules),
    now: row.now,
  };
}

export interface Recipient {
  id: string;
  name: string;
  email: string | null;
}

/**
 * Who may decide on a run, by the same functions that decide: people, no programs, and who stands in for one of them now. An
 * admin may, too, but is told only where the rules name them, or where no reviewer may decide.
 */
export async function listReviewers(
  db: Kysely<Tables>,
  runId: string,
  { reviewers }: ReviewRules,
): Promise<Recipient[]> {
  const { rows } = await sql<Recipient & { roles: string[]; is_named: boolean }>`
    select id, name, email, roles,
      coalesce(name = any(${reviewers?.people ?? []}::text[]) or groups && ${reviewers?.groups ?? []}::text[], false)
        or exists (select from delegation d where d.to_person = person.id and d.ended_at is null
          and now() >= d.since and now() < d.until) as is_named
    from person
    where owner_id is null and disabled_at is null and decide_barrier(${runId}, id) is null
    order by name`.execute(db);
  const asked = rows.filter(({ roles, is_named }) => is_named || roles.includes("reviewer"));
  return (asked.length > 0 ? asked : rows).map(({ id, name, email }) => ({ id, name, email }));
}

/** Who wants to know what became of a run: its requester, a program's owner in its place; of a scheduled run the definition's authors. */
export async function listRequesters(db: Kysely<Tables>, runId: string): Promise<Recipient[]> {
  const { rows } = await sql<Recipient>`
    with asked as (
      select run.person_id as id from run where run.id = ${runId} and run.person_id is not null
      union all
      select author.person_id from run join definition_author author using (definition_digest)
      where run.id = ${runId} and run.person_id is null
    )
    select distinct human.id, human.name, human.email
    from asked join person on person.id = asked.id
    join person human on human.id = coalesce(person.owner_id, person.id)
    where human.disabled_at is null order by human.name`.execute(db);
  return rows;
}

/** People by their names; a name that nobody has is left out. */
export async function listNamed(db: Kysely<Tables>, names: readonly string[]): Promise<Recipient[]> {
  if (names.length === 0) return [];
  return db
    .selectFrom("person")
    .select(["id", "name", "email"])
    .where("name", "in", [...names])
    .where("disabled_at", "is", null)
    .orderBy("name")
    .execute();
}

/** Slack's users who are these people, as `T1/U1`. */
export async function listSlackUsers(db: Kysely<Tables>, personIds: readonly string[]): Promise<string[]> {
  if (personIds.length === 0) return [];
  const rows = await db
    .selectFrom("person_identity")
    .select(["issuer", "subject"])
    .where("person_id", "in", [...personIds])
    .where("issuer", "like", "slack:%")
    .execute();
  return rows.map(({ issuer, subject }) => `${issuer.slice("slack:".length)}/${subject}`);
}
