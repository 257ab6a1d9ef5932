/** What the log and the rows beside it tell of one version, or of one run. */
import { type Kysely, sql } from "kysely";
import type { StoryEntry } from "../../core/audit-sentences.ts";
import { NotFound } from "../../core/errors.ts";
import { qaReportSchema } from "../../core/qa-report.ts";
import { plural } from "../../core/words.ts";
import type { Tables } from "../tables.ts";
import { getModel } from "./models.ts";
import { iso } from "./time.ts";

export interface AuditStory {
  model: string;
  /** Null when the run made none. */
  version: number | null;
  /** That made it, or put it live again. */
  runs: string[];
  /** In the order in which it happened. */
  entries: StoryEntry[];
}

/**
 * What happened to a version (the live one, else the newest, when none is named) or in a run.
 * @throws {NotFound} no such model, version or run
 */
export async function getAuditStory(
  db: Kysely<Tables>,
  model: string,
  of: { version?: number | undefined; runId?: string | undefined },
): Promise<AuditStory> {
  await getModel(db, model);
  const version =
    of.version ?? (of.runId ? await versionOfRun(db, model, of.runId) : await aVersion(db, model));
  const runs = of.runId ? [of.runId] : await runsOfVersion(db, model, version);
  const log = await logEntries(db, model, version, runs);
  const others = [
    ...(await otherAuthors(db, runs)),
    ...(await reports(db, runs)),
    ...(await reviews(db, runs)),
  ];
  return { model, version, runs, entries: inOrder(log, others) };
}

/**
 * The log's own order is that of the commits; an entry's time is when its transaction began, which may be before the one
 * that it waited for. What isn't in the log comes in by its time.
 */
function inOrder(log: readonly StoryEntry[], others: readonly StoryEntry[]): StoryEntry[] {
  let latest = "";
  const placed = log.map((entry) => {
    if (entry.at > latest) latest = entry.at;
    return { entry, key: latest };
  });
  return [...placed, ...others.map((entry) => ({ entry, key: entry.at }))]
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ entry }) => entry);
}

async function versionOfRun(db: Kysely<Tables>, model: string, runId: string): Promise<number | null> {
  const run = await db
    .selectFrom("run")
    .leftJoin("model_version", "model_version.run_id", "run.id")
    .leftJoin("deployment", "deployment.run_id", "run.id")
    .select((of) => of.fn.coalesce("deployment.version", "model_version.version").as("version"))
    .where("run.id", "=", runId)
    .where("run.model", "=", model)
    .executeTakeFirst();
  if (!run) throw new NotFound(`model "${model}": has no run "${runId}"; see "holt runs --model ${model}"`);
  return run.version;
}

async function aVersion(db: Kysely<Tables>, model: string): Promise<number> {
  const row = await db
    .selectFrom("model_version")
    .leftJoin("live", (join) =>
      join
        .onRef("live.model", "=", "model_version.model")
        .onRef("live.version", "=", "model_version.version"),
    )
    .select("model_version.version")
    .where("model_version.model", "=", model)
    .orderBy(sql`live.version is null`)
    .orderBy("model_version.version", "desc")
    .executeTakeFirst();
  if (!row) throw new NotFound(`model "${model}": has no version yet; name a run with "--run"`);
  return row.version;
}

async function runsOfVersion(db: Kysely<Tables>, model: string, version: number | null): Promise<string[]> {
  const rows = await db
    .selectFrom("model_version")
    .select("run_id")
    .where("model", "=", model)
    .where("version", "=", version)
    .union(
      db
        .selectFrom("deployment")
        .select((of) => of.ref("run_id").$notNull().as("run_id"))
        .where("model", "=", model)
        .where("version", "=", version)
        .where("run_id", "is not", null),
    )
    .execute();
  if (rows.length === 0)
    throw new NotFound(`model "${model}": has no version ${version}; see "holt versions ${model}"`);
  return rows.map(({ run_id }) => run_id);
}

/** What is said of a model in a hurry, whatever version is live then. */
const SAID_IN_A_HURRY = ["add_rule", "lift_rule", "baseline_now", "lift_safeguard"];

/** All that the log has of the definition, the runs, going live or away, and what held for what people saw of it. */
async function logEntries(
  db: Kysely<Tables>,
  model: string,
  version: number | null,
  runs: readonly string[],
): Promise<StoryEntry[]> {
  const rows = await db
    .selectFrom("audit")
    .innerJoin("audit_link", "audit_link.audit_id", "audit.id")
    .leftJoin("person", "person.id", "audit.person_id")
    .leftJoin("review_comment", (join) =>
      join.on(sql<boolean>`review_comment.id::text = audit.detail ->> 'comment'`),
    )
    .select(["audit.at", "audit.action", "audit.subject", "audit.detail", "audit_link.position"])
    .select(["person.name as by", "review_comment.text as words"])
    .where("audit.model", "=", model)
    .where((of) =>
      of.or([
        of(
          "audit.subject",
          "in",
          runs.map((run) => `run ${run}`),
        ),
        of(
          "audit.subject",
          "in",
          of
            .selectFrom("run")
            .select(sql<string>`'definition ' || definition_digest`.as("subject"))
            .where("id", "in", runs),
        ),
        of.and([
          of("audit.action", "in", SAID_IN_A_HURRY),
          of.exists(
            of
              .selectFrom(
                of
                  .selectFrom("deployment")
                  .select(["version", "at"])
                  .select(sql<Date | null>`lead(at) over (order by fence)`.as("until"))
                  .where("model", "=", model)
                  .as("turn"),
              )
              .select("turn.version")
              .where("turn.version", "=", version)
              .whereRef("turn.at", "<=", "audit.at")
              .where((one) =>
                one.or([one("turn.until", "is", null), one("turn.until", ">", one.ref("audit.at"))]),
              ),
          ),
        ]),
        of.and([
          of("audit.action", "in", ["deploy", "rollback"]),
          of.or([
            of("audit.subject", "=", `version ${version}`),
            of(sql`audit.detail ->> 'from'`, "=", String(version)),
          ]),
        ]),
      ]),
    )
    .orderBy("audit_link.position")
    .execute();
  return rows.map(({ at, words, detail, ...row }) => ({
    ...row,
    at: iso(at),
    detail: words === null ? detail : { ...detail, words },
  }));
}

/** Who applied the same definition while it was the model's already: authors as well, though nothing changed. */
async function otherAuthors(db: Kysely<Tables>, runs: readonly string[]): Promise<StoryEntry[]> {
  const rows = await db
    .selectFrom("definition_author as author")
    .innerJoin("person", "person.id", "author.person_id")
    .select(["author.at", "author.definition_digest", "person.name as by"])
    .where("author.definition_digest", "in", (of) =>
      of.selectFrom("run").select("definition_digest").where("id", "in", runs),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("audit")
            .select("audit.id")
            .where("audit.action", "=", "apply")
            .whereRef("audit.person_id", "=", "author.person_id")
            .where(sql<boolean>`audit.subject = 'definition ' || author.definition_digest`),
        ),
      ),
    )
    .execute();
  return rows.map(({ at, by, definition_digest }) => ({
    ...{ at: iso(at), by, position: null, action: "apply_too" },
    ...{ subject: `definition ${definition_digest}`, detail: {} },
  }));
}

/** What QA said, when it was done. */
async function reports(db: Kysely<Tables>, runs: readonly string[]): Promise<StoryEntry[]> {
  const rows = await db
    .selectFrom("step")
    .innerJoin("qa_report", (join) =>
      join.on(sql<boolean>`qa_report.digest = ${sql.ref("step.detail")} ->> 'reportDigest'`),
    )
    .select(["step.run_id", "step.finished_at", "qa_report.body", "qa_report.created_at"])
    .where("step.kind", "=", "qa")
    .where("step.run_id", "in", runs)
    .execute();
  return rows.map(({ run_id, finished_at, created_at, body }) => {
    const { verdict, headline, checks } = qaReportSchema
      .pick({ verdict: true, headline: true, checks: true })
      .loose()
      .parse(body);
    const failed = checks.filter((check) => check.verdict === "fail").map(({ title }) => title);
    const list = failed.length > 0 ? ` (${plural(failed.length, "check")} failed: ${failed.join("; ")})` : "";
    return {
      ...{ at: iso(finished_at ?? created_at), by: null, position: null, action: "qa" },
      ...{ subject: `run ${run_id}`, detail: { verdict, headline, failed: list } },
    };
  });
}

async function reviews(db: Kysely<Tables>, runs: readonly string[]): Promise<StoryEntry[]> {
  const rows = await db.selectFrom("review").selectAll().where("run_id", "in", runs).execute();
  return rows.map(({ run_id, opened_at, expires_at, approvals_needed, needs_override }) => {
    const needs = `${plural(approvals_needed, "approval")}${needs_override ? ", each with an override" : ""}`;
    return {
      ...{ at: iso(opened_at), by: null, position: null, action: "open_review" },
      ...{ subject: `run ${run_id}`, detail: { until: iso(expires_at), needs } },
    };
  });
}
