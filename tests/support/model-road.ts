import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { evaluateActivities } from "../../activities/evaluate.ts";
import { trainActivities } from "../../activities/train.ts";
import type { DefinitionInput } from "../../core/definition.ts";
import { planGraph } from "../../core/graph.ts";
import type { JsonObject } from "../../core/json.ts";
import type { SplitDetail } from "../../core/step-details.ts";
import type { StepOutcome } from "../../core/steps.ts";
import { encodeTrainingSet, peopleIn, type TrainingSet } from "../../core/training-set.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { insertRun, setChampion } from "../../db/runs.ts";
import { addSteps, endStep, findStep, type StepRow } from "../../db/steps.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { digestOf } from "../../store/digest.ts";
import { quietEnvironment } from "./data-road.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { smallModelParsed } from "./small-model.ts";

/** The steps that train and evaluate, without a workflow and without files: runs start with their split done. */
export interface ModelRoad {
  database: TestDatabase;
  artifacts: ArtifactStore;
  /** Of the artifacts. */
  folder: string;
  open(set: TrainingSet, run?: OpenModelRun): Promise<ModelRun>;
}

export interface OpenModelRun {
  change?: Partial<DefinitionInput>;
  championVersion?: number;
  fresh?: boolean;
}

export interface ModelRun {
  id: string;
  step(name: string, environment?: ReturnType<typeof quietEnvironment>): Promise<StepOutcome>;
  row(step: string): Promise<StepRow>;
  detail<T extends JsonObject>(step: string): Promise<T>;
}

export async function modelRoad(): Promise<ModelRoad> {
  const database = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), "holt-models-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const artifacts = new ArtifactStore(folder);
  let opened = 0;
  return {
    database,
    artifacts,
    folder,
    async open(set, run = {}) {
      opened += 1;
      return openRun({ database, ingest: database, artifacts }, `shelf-${opened}`, set, run);
    },
  };
}

async function openRun(
  context: { database: TestDatabase; ingest: TestDatabase; artifacts: ArtifactStore },
  id: string,
  set: TrainingSet,
  { change = {}, championVersion, fresh = false }: OpenModelRun,
): Promise<ModelRun> {
  const { db } = context.database;
  const definition = smallModelParsed(change);
  const digest = digestOf(definition);
  await addDefinition(db, { digest, model: definition.name, body: definition, folder: "." });
  await setCurrentDefinition(db, definition.name, digest);
  await insertRun(db, {
    ...{ id, run_key: id, workflow_id: `run/${id}`, trigger: "person", fresh },
    ...{ model: definition.name, definition_digest: digest, as_of: new Date() },
  });
  if (championVersion !== undefined) await setChampion(db, id, championVersion);
  await addSteps(db, id, planGraph(definition, { baselineOnly: false, hasChampion: true }));
  const detail = await splitDetail(context.artifacts, set);
  await endStep(
    db,
    { runId: id, step: "split" },
    {
      state: "done",
      inputDigest: digestOf(detail),
      reusedFromRun: null,
      result: { summary: "as the test says", detail },
    },
  );
  const { trainCandidate } = trainActivities(context);
  const { evaluateCandidate } = evaluateActivities(context);
  const run: ModelRun = {
    id,
    step(name, environment = quietEnvironment()) {
      const activity = name.startsWith("train:") ? trainCandidate : evaluateCandidate;
      return environment.run(activity, { runId: id, step: name });
    },
    async row(step) {
      const row = await findStep(db, { runId: id, step });
      if (!row) throw new Error(`run ${id} has no step ${step}`);
      return row;
    },
    async detail<T extends JsonObject>(step: string) {
      return (await run.row(step)).detail as T;
    },
  };
  return run;
}

async function splitDetail(artifacts: ArtifactStore, set: TrainingSet): Promise<SplitDetail> {
  return {
    trainingSetDigest: await artifacts.put(encodeTrainingSet(set)),
    people: peopleIn(set.train),
    items: set.items.length,
    trainInteractions: set.train.items.length,
    heldOutInteractions: set.heldOut.items.length,
    peopleJudged: 0,
  };
}
