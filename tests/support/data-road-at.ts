import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import type { ActivityContext } from "../../activities/context.ts";
import { featureActivities } from "../../activities/feature.ts";
import { ingestActivities } from "../../activities/ingest.ts";
import { ownStepActivities } from "../../activities/own-step.ts";
import { splitActivities } from "../../activities/split.ts";
import { type DefinitionInput, definitionSchema } from "../../core/definition.ts";
import { planGraph } from "../../core/graph.ts";
import type { JsonObject } from "../../core/json.ts";
import type { StepOutcome } from "../../core/steps.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { insertRun } from "../../db/runs.ts";
import { addSteps, findStep, type StepRow } from "../../db/steps.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { digestOf } from "../../store/digest.ts";
import type { TestDatabase } from "./database-at.ts";

/** The steps from files to training set, without a workflow: a definition in a folder, runs, and single steps of them. */
export interface DataRoad {
  database: TestDatabase;
  artifacts: ArtifactStore;
  /** Both, as activities take them. */
  context: ActivityContext;
  folder: string;
  write(file: string, content: string | Uint8Array): Promise<void>;
  /** Opens a run of the definition. */
  open(
    definition: DefinitionInput,
    run?: { openedAt?: string; asOf?: string; fresh?: boolean },
  ): Promise<RoadRun>;
}

export interface RoadRun {
  id: string;
  /** Runs one step as an activity; `environment` to cancel it. */
  step(name: string, environment?: MockActivityEnvironment): Promise<StepOutcome>;
  /** Runs steps one after the other. */
  steps(...names: string[]): Promise<void>;
  row(step: string): Promise<StepRow>;
  detail<T extends JsonObject>(step: string): Promise<T>;
}

/** A road in this database and folder; whoever gave them removes them. */
export async function openDataRoadAt(
  database: TestDatabase,
  folder: string,
  files: Record<string, string | Uint8Array> = {},
): Promise<DataRoad> {
  const artifacts = new ArtifactStore(join(folder, "artifacts"));
  const context = { database, ingest: database, artifacts };
  const road: DataRoad = {
    database,
    artifacts,
    context,
    folder,
    async write(file, content) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), content);
    },
    open: (definition, run) => openRun(context, folder, definition, run),
  };
  for (const [file, content] of Object.entries(files)) await road.write(file, content);
  return road;
}

/** Where one activity runs, and can be cancelled; failures that a test expects are not logged. */
export function quietEnvironment(): MockActivityEnvironment {
  const silent = () => {};
  const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  return new MockActivityEnvironment({}, { logger });
}

async function openRun(
  context: ActivityContext,
  folder: string,
  input: DefinitionInput,
  { openedAt, asOf, fresh = false }: { openedAt?: string; asOf?: string; fresh?: boolean } = {},
): Promise<RoadRun> {
  const { db } = context.database;
  const definition = definitionSchema.parse(input);
  const digest = digestOf(definition);
  await addDefinition(db, { digest, model: definition.name, body: definition, folder });
  await setCurrentDefinition(db, definition.name, digest);
  const { count } = await db
    .selectFrom("run")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  const opened = new Date(openedAt ?? Date.now());
  const id = `${definition.name}-${count + 1}`;
  await insertRun(db, {
    id,
    model: definition.name,
    run_key: String(count + 1),
    definition_digest: digest,
    as_of: new Date(asOf ?? opened),
    opened_at: opened,
    trigger: "person",
    fresh,
    workflow_id: `run/${id}`,
  });
  await addSteps(db, id, planGraph(definition, { baselineOnly: true, hasChampion: false }));
  return roadRun(context, id);
}

function roadRun(context: ActivityContext, id: string): RoadRun {
  const { ingestSource } = ingestActivities(context);
  const { buildFeature } = featureActivities(context);
  const { runOwnStep } = ownStepActivities(context);
  const { splitHistory } = splitActivities(context);
  const activities = { ingest: ingestSource, feature: buildFeature, step: runOwnStep, split: splitHistory };
  const run: RoadRun = {
    id,
    step(name, environment = quietEnvironment()) {
      const kind = name.split(":")[0] as keyof typeof activities;
      return environment.run(activities[kind], { runId: id, step: name });
    },
    async steps(...names) {
      for (const name of names) await run.step(name);
    },
    async row(step) {
      const row = await findStep(context.database.db, { runId: id, step });
      if (!row) throw new Error(`run ${id} has no step ${step}`);
      return row;
    },
    async detail<T extends JsonObject>(step: string) {
      return (await run.row(step)).detail as T;
    },
  };
  return run;
}
