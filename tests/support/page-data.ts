/** A model with everything that a page can show, written by the functions that write it for real. */
import type { MonitorCheck } from "../../core/api.ts";
import type { Definition } from "../../core/definition.ts";
import { planGraph } from "../../core/graph.ts";
import type { Actor } from "../../core/roles.ts";
import type { StepResult } from "../../core/steps.ts";
import type { Database } from "../../db/connection.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { flipLive } from "../../db/deployments.ts";
import { openIncident } from "../../db/incidents.ts";
import { addMonitorRun } from "../../db/monitoring.ts";
import { addRelease, addReport } from "../../db/releases.ts";
import { addReview } from "../../db/reviews.ts";
import { finishRun, insertRun, setRunState, settleRunState } from "../../db/runs.ts";
import * as steps from "../../db/steps.ts";
import { registerVersion } from "../../db/versions.ts";
import type { OperationsContext } from "../../operations/context.ts";
import { decide } from "../../operations/decide.ts";
import { addPerson, SET_UP } from "../../operations/people.ts";
import { digestOf } from "../../store/digest.ts";
import { exampleReport, MARKUP } from "./page-report.ts";
import { smallModelParsed } from "./small-model.ts";

const MODEL = "movies";
const DAY_MS = 86_400_000;

export interface PageData {
  people: { admin: Actor; engineer: Actor; reviewer: Actor; viewer: Actor };
  /** Runs by what they stand for. */
  runs: {
    first: string;
    second: string;
    review: string;
    otherReview: string;
    failed: string;
    running: string;
  };
  incidentId: number;
}

/** Two versions, of which 2 is live; two open reviews; a run with a failed step; one under way; an incident. */
export async function addPageData({ database }: OperationsContext): Promise<PageData> {
  const operations = { database };
  const person = (name: string, role: Actor["role"]) => addPerson(operations, SET_UP, { name, role });
  const people = {
    admin: await person("ada", "admin"),
    engineer: await person("erin", "engineer"),
    reviewer: await person("rita", "reviewer"),
    viewer: await person("vera", "viewer"),
  };
  const definition = smallModelParsed({
    name: MODEL,
    description: `Ten films for each person ${MARKUP}`,
    schedule: { cron: "0 3 * * *", timeZone: "Europe/Vienna" },
  });
  const digest = digestOf(definition);
  await addDefinition(database.db, { digest, model: MODEL, body: definition, folder: "." });
  await setCurrentDefinition(database.db, MODEL, digest);
  const made: Maker = { database, definition, digest, people };
  return {
    people,
    runs: {
      first: await addDeployedRun(made, "first", "popularity", 1),
      second: await addDeployedRun(made, "second", "similar", 2),
      review: await addRunInReview(made, "review", "als"),
      otherReview: await addRunInReview(made, "other-review", "similar"),
      failed: await addFailedRun(made),
      running: await addRunningRun(made),
    },
    incidentId: await addIncident(database),
  };
}

interface Maker {
  database: Database;
  definition: Definition;
  digest: string;
  people: PageData["people"];
}

async function openRun(
  { database: { db }, definition, digest, people }: Maker,
  key: string,
  hasChampion: boolean,
) {
  const { run } = await insertRun(db, {
    id: `${MODEL}-${key}`,
    model: MODEL,
    run_key: key,
    definition_digest: digest,
    as_of: new Date(),
    trigger: "person",
    person_id: people.engineer.personId,
    workflow_id: `run/${MODEL}/${key}`,
  });
  await steps.addSteps(db, run.id, planGraph(definition, { baselineOnly: false, hasChampion }));
  return run.id;
}

/** Ends every step before the named one, the first ingest as a reused one. */
async function runUpTo(
  { database: { db } }: Maker,
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
        result: resultOf(name, kind),
      },
    );
  }
}

function resultOf(name: string, kind: string): StepResult {
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

async function openReview(made: Maker, runId: string, candidate: string) {
  const { db } = made.database;
  const releaseDigest = await addRelease(db, {
    model: MODEL,
    candidate,
    artifactDigest: digestOf(`${runId} artifact`),
    sizeBytes: 2_560_000,
    fallbackDigest: digestOf("fallback"),
    definitionDigest: made.digest,
  });
  const reportDigest = await addReport(db, exampleReport(candidate));
  await addReview(db, { runId, releaseDigest, reportDigest, waitMs: 7 * DAY_MS });
  return { releaseDigest, reportDigest };
}

async function addDeployedRun(made: Maker, key: string, candidate: string, version: number): Promise<string> {
  const { database, people } = made;
  const runId = await openRun(made, key, version > 1);
  await runUpTo(made, runId, "");
  const digests = await openReview(made, runId, candidate);
  const decision = await decide(
    { database },
    people.reviewer,
    runId,
    { verdict: "approve", ...digests, reason: `Good shelves ${MARKUP}` },
    "page",
  );
  await database.db.transaction().execute(async (trx) => {
    const { releaseDigest } = digests;
    const next = await registerVersion(trx, { model: MODEL, runId, releaseDigest, decisionId: decision.id });
    await flipLive(trx, {
      model: MODEL,
      expected: next === 1 ? null : next - 1,
      next,
      kind: "deploy",
      runId,
      personId: people.reviewer.personId,
      reason: decision.reason,
    });
  });
  const reason = `version ${version} is live`;
  await finishRun(database.db, runId, { state: "finished", outcome: "deployed", reason });
  return runId;
}

async function addRunInReview(made: Maker, key: string, candidate: string): Promise<string> {
  const { db } = made.database;
  const runId = await openRun(made, key, true);
  await runUpTo(made, runId, "review", `${MODEL}-second`);
  await openReview(made, runId, candidate);
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
