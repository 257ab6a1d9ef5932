/** A model's whole way by its real activities, without a workflow: one version is live, the next is approved. */
import { join } from "node:path";
import { sql, type Transaction } from "kysely";
import { planGraph } from "../../core/graph.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ChooseDetail, QaDetail, SplitDetail, TrainDetail } from "../../core/step-details.ts";
import type { StepKind, StepState } from "../../core/steps.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { insertRun, setChampion } from "../../db/runs.ts";
import { addSteps, findStep, findStepDetail } from "../../db/steps.ts";
import type { Tables } from "../../db/tables.ts";
import { digestOf } from "../../store/digest.ts";
import { activitiesByQueue } from "../../workers/activities.ts";
import { quietEnvironment } from "../support/data-road-at.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { addTestPerson, decideAs } from "../support/reviewed-run.ts";
import type { TestServer } from "../support/server-at.ts";
import { smallModelParsed, writeSmallFiles } from "../support/small-model.ts";
import type { FaultContext } from "./row.ts";

export const MODEL = "shelf";
/** Slices are what QA asks the training set for. */
const HALVES =
  "select user_id, case when user_id < 'p30' then 'first' else 'second' end as segment from {{ interactions }} i group by user_id";
const WEEK_MS = 7 * 86_400_000;
const ACTIVITIES: Record<Exclude<StepKind, "review" | "deploy">, string> = {
  ...{ ingest: "ingestSource", feature: "buildFeature", own_step: "runOwnStep", split: "splitHistory" },
  ...{
    train: "trainCandidate",
    evaluate: "evaluateCandidate",
    choose: "chooseCandidate",
    qa: "checkQuality",
  },
};

/** What of a run lies in the store or under its digest in a row. */
export interface RunParts extends QaDetail {
  runId: string;
  trainingSetDigest: string;
  artifactDigest: string;
  fallbackDigest: string;
  goldenDigest: string;
  definitionDigest: string;
}

export interface ApprovedRoad {
  database: TestDatabase;
  server: TestServer;
  /** Version 1, the popularity list, which is live. */
  older: RunParts;
  /** Version 2, a learned model: approved and registered. */
  approved: RunParts;
  /** Does an activity of Holt's. */
  act(name: string, of: { runId: string; step?: string; version?: number }): Promise<unknown>;
  /** Has a step done anew, as though nothing had come of it yet. */
  redo(step: string): Promise<unknown>;
  pathOf(digest: string): string;
}

export async function openApprovedRoad(context: FaultContext): Promise<ApprovedRoad> {
  const database = await context.database();
  const server = await context.server(database);
  const folder = await writeSmallFiles(join(await context.folder(), "files"));
  const work = { database, ingest: database, artifacts: server.artifacts };
  const activities = Object.assign({}, ...Object.values(activitiesByQueue(work)));
  const act: ApprovedRoad["act"] = (name, of) => quietEnvironment().run(activities[name], of);
  const walk = (key: string, wanted: { isFirst: boolean }) =>
    walkToReview({ database, folder, act }, key, wanted);
  const older = await walk("older", { isFirst: true });
  await act("flipLive", { runId: older.runId, version: 1 });
  const approved = await walk("approved", { isFirst: false });
  return {
    ...{ database, server, older, approved, act },
    async redo(step) {
      const { runId } = approved;
      const before = await findStep(database.db, { runId, step });
      const set = (state: StepState, detail: JsonObject | null | undefined) =>
        asSuperuser(database, (trx) =>
          trx
            .updateTable("step")
            .set({ state, detail: detail ? JSON.stringify(detail) : null })
            .where("run_id", "=", runId)
            .where("name", "=", step)
            .execute(),
        );
      await set("waiting", null);
      try {
        return await act(ACTIVITIES[step.split(":")[0] as keyof typeof ACTIVITIES], { runId, step });
      } catch (error) {
        const { state } = (await findStep(database.db, { runId, step })) ?? {};
        await set("done", before?.detail); // what comes after it goes on with what it left before
        if (state === "done") throw new Error(`step ${step} is done, though it failed`, { cause: error });
        throw error;
      }
    },
    pathOf: (digest) => join(server.artifactsFolder, digest.slice(0, 2), digest),
  };
}

interface Walker extends Pick<ApprovedRoad, "database" | "act"> {
  /** Of the model's files. */
  folder: string;
}

/** A run through all its steps; its release is approved and registered. */
async function walkToReview(
  { database, folder, act }: Walker,
  key: string,
  { isFirst }: { isFirst: boolean },
) {
  const { db } = database;
  const definition = smallModelParsed({
    candidates: { similar: { trainer: "item_similarity", neighbours: 10 } },
    steps: {},
    qa: { peopleCoverage: { atLeast: 0.5 }, segments: { half: { sql: HALVES } } },
  });
  const definitionDigest = digestOf(definition);
  await addDefinition(db, { digest: definitionDigest, model: MODEL, body: definition, folder });
  await setCurrentDefinition(db, MODEL, definitionDigest);
  const runId = `${MODEL}-${key}`;
  const now = new Date();
  const run = {
    id: runId,
    run_key: key,
    workflow_id: `run/${runId}`,
    trigger: "person",
    fresh: true,
  } as const;
  await insertRun(db, {
    ...run,
    model: MODEL,
    definition_digest: definitionDigest,
    as_of: now,
    opened_at: now,
  });
  if (!isFirst) await setChampion(db, runId, 1);
  const nodes = planGraph(definition, { baselineOnly: isFirst, hasChampion: !isFirst });
  await addSteps(db, runId, nodes);
  for (const { name, kind } of nodes)
    if (kind !== "review" && kind !== "deploy") await act(ACTIVITIES[kind], { runId, step: name });
  await act("openReview", { runId, ...{ waitMs: WEEK_MS } });
  const detail = async <Detail>(step: string) => (await findStepDetail(db, { runId, step })) as Detail;
  const { chosen } = await detail<ChooseDetail>("choose");
  const trained = await detail<TrainDetail>(`train:${chosen}`);
  const qa = await detail<QaDetail>("qa");
  await decideAs(db, await addTestPerson(db), { runId, model: MODEL, ...qa }, { reason: "good shelves" });
  await act("registerVersion", { runId });
  return {
    ...{ ...qa, runId, definitionDigest },
    trainingSetDigest: (await detail<SplitDetail>("split")).trainingSetDigest,
    artifactDigest: trained.artifactDigest,
    goldenDigest: String(trained.goldenDigest),
    fallbackDigest: (await detail<TrainDetail>("train:popularity")).artifactDigest,
  };
}

/** As a superuser who switches the triggers off. */
export function asSuperuser<Value>(
  { db }: Pick<TestDatabase, "db">,
  change: (trx: Transaction<Tables>) => Promise<Value>,
): Promise<Value> {
  return db.transaction().execute(async (trx) => {
    await sql`set local session_replication_role = replica`.execute(trx);
    return change(trx);
  });
}
