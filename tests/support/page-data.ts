/** A model with everything that a page can show, written by the functions that write it for real. */
import type { MonitorCheck } from "../../core/api.ts";
import type { Definition, DefinitionInput } from "../../core/definition.ts";
import { planGraph } from "../../core/graph.ts";
import type { QaReport } from "../../core/qa-report.ts";
import type { Actor, Role } from "../../core/roles.ts";
import type { StepResult } from "../../core/steps.ts";
import type { Database } from "../../db/connection.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { deploy } from "../../db/deployments.ts";
import { openIncident } from "../../db/incidents.ts";
import { addMonitorRun } from "../../db/monitoring.ts";
import { addRelease, addReport } from "../../db/releases.ts";
import { openReview as open } from "../../db/reviews.ts";
import { insertRun, setChampion, setRunState, settleRunState } from "../../db/runs.ts";
import * as steps from "../../db/steps.ts";
import { registerVersion } from "../../db/versions.ts";
import type { OperationsContext } from "../../operations/context.ts";
import { decide } from "../../operations/decide.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import { digestOf } from "../../store/digest.ts";
import { addActor } from "./actors.ts";
import { setRunEnd } from "./end-run.ts";
import { ALWAYS, FROM } from "./notified-run.ts";
import { exampleReport, failedReport, MARKUP } from "./page-report.ts";
import { addPageTables, type PageTables } from "./page-tables.ts";
import { smallModelParsed } from "./small-model.ts";

const MODEL = "movies";
const DAY_MS = 86_400_000;

export interface PageData {
  people: Record<"admin" | "deployer" | "reviewer" | "secondReviewer" | "viewer", Actor>;
  /** Runs by what they stand for. */
  runs: {
    first: string;
    second: string;
    review: string;
    /** Needs two approvals, by rita and ada only. */
    otherReview: string;
    /** Twenty checks failed; two people may override them. */
    toOverride: string;
    failed: string;
    running: string;
  };
  incidentId: number;
}

/** Two versions, of which 2 is live; two open reviews; a run with a failed step; one under way; an incident. */
export async function addPageData(
  { database }: OperationsContext,
  artifacts: ArtifactStore,
): Promise<PageData> {
  const operations = { database };
  const person = (name: string, role: Role) =>
    addActor(operations, role, { name, email: `${name}@films.example` });
  const people = {
    admin: await person("ada", "admin"),
    deployer: await person("erin", "deployer"),
    reviewer: await person("rita", "reviewer"),
    secondReviewer: await person("max", "reviewer"),
    viewer: await person("vera", "viewer"),
  };
  const maker = { database, people, tables: await addPageTables(database, artifacts) };
  const mailed = { notify: { mail: { from: FROM } }, workingHours: ALWAYS };
  const made = await addModel(maker, MODEL, mailed);
  const shows = await addModel(maker, "shows", { approvals: 2, reviewers: { people: ["rita", "ada"] } });
  const books = await addModel(maker, "books", { override: {} });
  return {
    people,
    runs: {
      first: await addDeployedRun(made, "first", "popularity", 1),
      second: await addDeployedRun(made, "second", "similar", 2),
      review: await addRunInReview(made, "review", exampleReport("als")),
      otherReview: await addRunInReview(shows, "other-review", exampleReport("similar")),
      toOverride: await addRunInReview(books, "to-override", failedReport("als")),
      failed: await addFailedRun(made),
      running: await addRunningRun(made),
    },
    incidentId: await addIncident(database),
  };
}

async function addModel(
  maker: Omit<Maker, "definition" | "digest">,
  model: string,
  review: DefinitionInput["review"] = {},
): Promise<Maker> {
  const { db } = maker.database;
  const definition = smallModelParsed({
    name: model,
    description: `Ten films for each person ${MARKUP}`,
    schedule: { cron: "0 3 * * *", timeZone: "Europe/Vienna" },
    qa: { display: { genre: "genre" } },
    review,
  });
  const digest = digestOf(definition);
  await addDefinition(db, { digest, model, body: definition, folder: "." });
  await setCurrentDefinition(db, model, digest);
  return { ...maker, definition, digest };
}

interface Maker {
  database: Database;
  definition: Definition;
  digest: string;
  people: PageData["people"];
  tables: PageTables;
}

async function openRun(
  { database: { db }, definition, digest, people }: Maker,
  key: string,
  hasChampion: boolean,
) {
  const { run } = await insertRun(db, {
    id: `${definition.name}-${key}`,
    model: definition.name,
    run_key: key,
    definition_digest: digest,
    as_of: new Date(),
    trigger: "person",
    person_id: people.deployer.personId,
    workflow_id: `run/${definition.name}/${key}`,
  });
  await steps.addSteps(db, run.id, planGraph(definition, { baselineOnly: false, hasChampion }));
  return run.id;
}

/** Ends every step before the named one, the first ingest as a reused one. */
async function runUpTo(
  { database: { db }, tables }: Maker,
  runId: string,
  last: string,
  reusedFrom?: string,
): Promise<void> {
  for (const { name, kind } of await steps.listSteps(db, runId)) {
    if (name === last) return;
    await steps.startStep(db, { runId, step: name }, 1);
    const isReused = reusedFrom !== undefined && kind === "ingest";
    await steps.endStep(
      db,
      { runId, step: name },
      {
        state: isReused ? "reused" : "done",
        inputDigest: digestOf({ runId, name }),
        reusedFromRun: isReused ? reusedFrom : null,
        result: resultOf(name, kind, tables),
      },
    );
  }
}

function resultOf(name: string, kind: string, { details }: PageTables): StepResult {
  const [, feature] = /^feature:(interactions|items)$/.exec(name) ?? [];
  if (feature) {
    const detail = details[feature as keyof typeof details];
    return { summary: `${detail["rows"]} rows`, rows: Number(detail["rows"]), detail };
  }
  if (name === "choose")
    return {
      summary: "als is chosen",
      detail: {
        chosen: "als",
        isLiveAlready: false,
        reason: `als finds 142 % more of what people chose next than the popularity list ${MARKUP}`,
      },
    };
  if (kind === "evaluate") {
    const detail = { subject: name, artifactDigest: digestOf(name), k: 10, people: 610 };
    return {
      summary: "NDCG@10 0.247 on 610 people",
      rows: 610,
      detail: { ...detail, ndcg: 0.247, recall: 0.226, coverage: 0.121, answerMs: 1.4 },
    };
  }
  return { summary: `${kind} of ${name}: 100,004 rows kept, 0 set aside`, rows: 100_004, detail: {} };
}

async function openReview(made: Maker, runId: string, report: QaReport) {
  const { db } = made.database;
  const model = made.definition.name;
  const { proposed, live } = made.tables;
  const isLearned = report.candidate !== "popularity";
  const { artifact, fallback } = report.candidate === "als" ? proposed : live;
  const release = {
    model,
    candidate: report.candidate,
    artifactDigest: isLearned ? artifact : fallback,
    sizeBytes: 2_560_000,
    fallbackDigest: fallback,
    definitionDigest: made.digest,
  };
  const releaseDigest = await addRelease(db, release);
  const reportDigest = await addReport(db, { ...report, model });
  await open(db, { runId, releaseDigest, reportDigest, waitMs: 7 * DAY_MS });
  return { releaseDigest, reportDigest, artifactDigest: release.artifactDigest };
}

async function addDeployedRun(made: Maker, key: string, candidate: string, version: number): Promise<string> {
  const { database, people } = made;
  const { db } = database;
  const runId = await openRun(made, key, version > 1);
  if (version > 1) await setChampion(db, runId, version - 1);
  await runUpTo(made, runId, "");
  const { artifactDigest, ...digests } = await openReview(made, runId, exampleReport(candidate));
  const reason = `Good shelves ${MARKUP}`;
  await decide(
    { database },
    people.reviewer,
    runId,
    { verdict: "approve", ...digests, reason, override: false },
    "page",
  );
  const { reportDigest } = digests;
  await deploy(db, { runId, version: await registerVersion(db, runId) }, { artifactDigest, reportDigest });
  const outcome = { state: "finished", outcome: "deployed" } as const;
  await setRunEnd(db, runId, { ...outcome, reason: `version ${version} is live` });
  return runId;
}

async function addRunInReview(made: Maker, key: string, report: QaReport): Promise<string> {
  const { db } = made.database;
  const runId = await openRun(made, key, true);
  if (made.definition.name === MODEL) await setChampion(db, runId, 2);
  await runUpTo(made, runId, "review", `${MODEL}-second`);
  await openReview(made, runId, report);
  await steps.startStep(db, { runId, step: "review" }, 1);
  await setRunState(db, runId, "waiting_for_review");
  return runId;
}

async function addFailedRun(made: Maker): Promise<string> {
  const { db } = made.database;
  const runId = await openRun(made, "failed", true);
  const ref = { runId, step: "train:als" };
  await runUpTo(made, runId, ref.step);
  await steps.startStep(db, ref, 3);
  const error = { code: "InvalidInput", message: `candidate "als": factors: 4096 is too many ${MARKUP}` };
  await steps.noteStepError(
    db,
    { ...ref, round: 0, attempt: 3 },
    { ...error, logTail: `line 1\n${MARKUP}\nline 3` },
  );
  await steps.putBeforePerson(db, ref, { round: 1, ...error });
  await settleRunState(db, runId);
  return runId;
}

async function addRunningRun(made: Maker): Promise<string> {
  const runId = await openRun(made, "running", true);
  await runUpTo(made, runId, "train:als", `${MODEL}-second`);
  const ref = { runId, step: "train:als" };
  await steps.startStep(made.database.db, ref, 1);
  await steps.noteProgress(made.database.db, { ...ref, round: 0, attempt: 1 }, "iteration 7 of 15");
  return runId;
}

async function addIncident({ db }: Database): Promise<number> {
  const stale: MonitorCheck = {
    id: "freshness:titles",
    title: "Source titles is fresh",
    verdict: "fail",
    value: "3.2 d",
    threshold: "1.5 d",
    explanation: `Source "titles" was last delivered 3.2 d ago; 36 h was promised ${MARKUP}`,
    cause: "source:titles",
  };
  const reach: MonitorCheck = {
    id: "reach:people",
    title: "People who get a full shelf",
    verdict: "pass",
    value: "100 %",
    threshold: "80 %",
    explanation: "Version 2: 100 % of the people get a full shelf, 100 % at deployment.",
    cause: "deployment:2",
  };
  const at = new Date();
  for (const [id, checks] of Object.entries({
    before: [{ ...stale, verdict: "pass" }, reach],
    now: [stale, reach],
  }))
    await addMonitorRun(db, {
      id: `monitor/${MODEL}/${id}`,
      model: MODEL,
      version: 2,
      at: id === "now" ? at : new Date(at.getTime() - 3_600_000),
      verdict: id === "now" ? "fail" : "pass",
      checks: JSON.stringify(checks),
      duration_ms: 412,
    });
  return db.transaction().execute((trx) =>
    openIncident(trx, {
      model: MODEL,
      cause: "source:titles",
      title: `Source "titles" is not updated any more ${MARKUP}`,
      symptoms: [stale],
      at,
    }),
  );
}
