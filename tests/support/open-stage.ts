import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import type { DefinitionInput } from "../../core/definition.ts";
import type { Actor } from "../../core/roles.ts";
import type { Database } from "../../db/connection.ts";
import { applyDefinition } from "../../operations/apply-definition.ts";
import { connectTemporal } from "../../operations/temporal.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { addActor } from "./actors.ts";
import { smallModelParsed, writeSmallFiles } from "./small-model.ts";

/** All that a run needs but workers: a database, a namespace of Temporal, files, people. One a test file, or one a test. */
export interface Stage {
  database: Database & { url: string };
  temporal: Client;
  temporalAddress: string;
  namespace: string;
  /** Folder of the small model's files. */
  files: string;
  artifactsFolder: string;
  artifacts: ArtifactStore;
  engineer: Actor;
  reviewer: Actor;
  /** Applies the small model, changed as said, for the runs that start from now on. */
  apply(change?: Partial<DefinitionInput>): Promise<void>;
  close(): Promise<void>;
}

export interface Place {
  database: Stage["database"];
  temporalAddress: string;
  namespace: string;
}

/** A stage in a migrated, empty database and a namespace of its own; `close` closes the database too. */
export async function openStageAt({ database, temporalAddress, namespace }: Place): Promise<Stage> {
  const temporal = connectTemporal({ temporalAddress, temporalNamespace: namespace });
  const folder = await mkdtemp(join(tmpdir(), "holt-stage-"));
  const files = await writeSmallFiles(join(folder, "files"));
  const artifactsFolder = join(folder, "artifacts");
  const operations = { database, temporal: temporal.client };
  const engineer = await addActor(operations, "deployer", { name: "erin" });
  const reviewer = await addActor(operations, "reviewer", { name: "rita" });
  return {
    database,
    temporal: temporal.client,
    temporalAddress,
    namespace,
    files,
    artifactsFolder,
    artifacts: new ArtifactStore(artifactsFolder),
    engineer,
    reviewer,
    async apply(change) {
      await applyDefinition(operations, engineer, smallModelParsed(change), files);
    },
    async close() {
      await temporal.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
