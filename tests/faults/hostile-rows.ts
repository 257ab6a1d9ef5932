/** Rows as whoever got round every check of the way in would leave them: each free text of each table is hostile. */
import { randomBytes, randomUUID } from "node:crypto";
import { type Kysely, sql, type Transaction } from "kysely";
import type { QaReport } from "../../core/qa-report.ts";
import type { Release } from "../../core/release.ts";
import { STEP_KINDS } from "../../core/steps.ts";
import type { Tables } from "../../db/tables.ts";
import { digestOf, sha256 } from "../../store/digest.ts";
import { smallModelParsed } from "../support/small-model.ts";
import { hostileReport, hostileSummary } from "./hostile-report.ts";
import { addWords } from "./hostile-words.ts";

/** The model of the pages' usual data: its versions, and what was live when. */
export const USUAL_MODEL = "movies";
const DAY_MS = 86_400_000;
const DIGEST = "a".repeat(64);
/** One of the texts, and where it can be met. */
export interface HostileRows {
  text: string;
  /** A session of the person of this name. */
  session: string;
  incidentId: number;
}

/** Some texts at once, in one run and its review. */
export interface HostileGroup {
  runId: string;
  report: QaReport;
  rows: HostileRows[];
}

/** A group of texts: a model, a run, a review, a person and so on of each text's name, and one run with all of them. */
export function plantGroup(db: Kysely<Tables>, texts: readonly string[]): Promise<HostileGroup> {
  return db.transaction().execute(async (trx) => {
    // neither references nor "rows are only added" stop a superuser, nor does what a name may be
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`alter table person drop constraint if exists person_name_check`.execute(trx);
    const runId = `xss-${randomBytes(4).toString("hex")}`;
    const report = hostileReport(texts);
    const people = [];
    for (const text of texts) people.push(await addPerson(trx, text));
    await addRun(trx, { id: runId, text: String(texts[0]), report, personId: String(people[0]?.personId) });
    await addSteps(trx, runId, texts);
    const rows: HostileRows[] = [];
    for (const [at, text] of texts.entries()) {
      const { personId, session } = people[at] as { personId: string; session: string };
      const otherId = String(people.at(at - 1)?.personId);
      await addModel(trx, text);
      const digests = await addRun(trx, { id: text, text, report: hostileSummary(text), personId });
      await addWords(trx, { runId, report, text, personId, otherId });
      await addVersion(trx, { text, personId, ...digests });
      rows.push({ text, session, incidentId: await addIncident(trx, text, personId) });
    }
    return { runId, report, rows };
  });
}

type Trx = Transaction<Tables>;

async function addPerson(trx: Trx, name: string): Promise<{ personId: string; session: string }> {
  const session = `holt_${randomBytes(32).toString("base64url")}`;
  const { id } = await trx
    .insertInto("person")
    .values({ name, roles: ["admin"], groups: [name], owner_id: null, email: null })
    .returning("id")
    .executeTakeFirstOrThrow();
  const expires_at = new Date(Date.now() + DAY_MS);
  await trx
    .insertInto("session")
    .values({ session_sha256: sha256(session), person_id: id, expires_at })
    .execute();
  return { personId: id, session };
}

async function addModel(trx: Trx, name: string): Promise<void> {
  const body = smallModelParsed({ description: name, qa: { display: { genre: "genre" } } });
  const digest = digestOf({ name });
  await trx
    .insertInto("definition")
    .values({ digest, model: name, body: JSON.stringify(body), folder: name })
    .execute();
  await trx.insertInto("model").values({ name, definition_digest: digest }).execute();
}

async function addRun(
  trx: Trx,
  { id, text, report, personId }: { id: string; text: string; report: QaReport; personId: string },
): Promise<{ releaseDigest: string; reportDigest: string }> {
  const release: Release = {
    ...{ model: text, candidate: text, artifactDigest: digestOf(id), sizeBytes: 1_000 },
    ...{ fallbackDigest: DIGEST, definitionDigest: DIGEST },
  };
  const [releaseDigest, reportDigest] = [digestOf(release), digestOf(report)];
  await trx
    .insertInto("qa_report")
    .values({ digest: reportDigest, body: JSON.stringify(report) })
    .execute();
  await trx
    .insertInto("release")
    .values({ digest: releaseDigest, model: text, body: JSON.stringify(release) })
    .execute();
  await trx
    .insertInto("run")
    .values({
      ...{ id, model: text, run_key: id, workflow_id: `${text} ${id}`, definition_digest: DIGEST },
      ...{ as_of: new Date(), trigger: "person", person_id: personId, state: "needs_attention" },
      outcome_reason: text,
    })
    .execute();
  await trx
    .insertInto("review")
    .values({
      ...{ run_id: id, release_digest: releaseDigest, report_digest: reportDigest },
      expires_at: new Date(Date.now() + DAY_MS),
    })
    .execute();
  return { releaseDigest, reportDigest };
}

async function addSteps(trx: Trx, runId: string, texts: readonly string[]): Promise<void> {
  const step = { run_id: runId, started_at: new Date(), finished_at: new Date(), after: [] as string[] };
  await trx
    .insertInto("step")
    .values({
      ...{ ...step, name: "choose", kind: "choose", position: 0, state: "done" },
      detail: JSON.stringify({ reason: texts.join(" ") }),
    })
    .execute();
  for (const [at, text] of texts.entries()) {
    const detail = JSON.stringify({ snapshotId: await addSetAside(trx, runId, text) });
    const [kind = "ingest"] = STEP_KINDS.slice(at % STEP_KINDS.length);
    const words = { summary: text, progress: text, error_code: text, error_message: text, log_tail: text };
    await trx
      .insertInto("step")
      .values([
        {
          ...{ ...step, ...words, name: text, kind, position: 2 * at + 1, state: "needs_attention" },
          ...{ skippable: true, after: ["choose"], detail },
        },
        {
          ...{
            ...step,
            ...words,
            name: `ingest:${text}`,
            kind: "ingest",
            position: 2 * at + 2,
            state: "reused",
          },
          ...{ reused_from_run: text, after: [text], error_code: null },
        },
      ])
      .execute();
  }
}

async function addSetAside(trx: Trx, runId: string, text: string): Promise<number> {
  const { id } = await trx
    .insertInto("snapshot")
    .values({
      ...{ model: text, source: text, input_digest: DIGEST, content_digest: DIGEST, run_id: runId },
      ...{
        table_name: randomUUID(),
        rows_read: 2,
        rows_kept: 1,
        rows_set_aside: 1,
        delivered_at: new Date(),
      },
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await trx
    .insertInto("set_aside_row")
    .values({ snapshot_id: id, line: 2, reason: text, raw: text })
    .execute();
  return id;
}

async function addVersion(
  trx: Trx,
  of: { text: string; personId: string; releaseDigest: string; reportDigest: string },
): Promise<void> {
  const { text, personId, releaseDigest, reportDigest } = of;
  const { id } = await trx
    .insertInto("decision")
    .values({
      ...{ run_id: text, release_digest: releaseDigest, report_digest: reportDigest, verdict: "approve" },
      ...{ person_id: null, on_behalf_of: null, rule: text, channel: "rule", reason: text },
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  const { next } = await trx
    .selectFrom("model_version")
    .select(sql<number>`max(version) + 1`.as("next"))
    .where("model", "=", USUAL_MODEL)
    .executeTakeFirstOrThrow();
  const version = { model: USUAL_MODEL, version: next };
  await trx
    .insertInto("model_version")
    .values({ ...version, release_digest: releaseDigest, run_id: text, decision_id: id })
    .execute();
  await trx
    .insertInto("deployment")
    .values({
      ...{ ...version, previous_version: 1, fence: 1_000 + next, kind: "deploy", run_id: text },
      ...{ person_id: personId, reason: text },
    })
    .execute();
}

async function addIncident(trx: Trx, text: string, personId: string): Promise<number> {
  const check = {
    ...{
      id: text,
      title: text,
      verdict: "fail",
      value: text,
      threshold: text,
      explanation: text,
      cause: text,
    },
  };
  const checks = JSON.stringify([check]);
  await trx
    .insertInto("monitor_run")
    .values({ id: text, model: text, version: 1, at: new Date(), verdict: "fail", checks, duration_ms: 1 })
    .execute();
  const { id } = await trx
    .insertInto("incident")
    .values({
      model: text,
      cause: text,
      title: text,
      symptoms: checks,
      acknowledged_by: personId,
      state: "acknowledged",
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}
