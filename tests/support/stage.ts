import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import pg from "pg";
import { inject } from "vitest";
import type { DefinitionInput } from "../../core/definition.ts";
import type { Actor } from "../../core/roles.ts";
import { applyDefinition } from "../../operations/apply-definition.ts";
import { addPerson, SET_UP } from "../../operations/people.ts";
import { connectTemporal } from "../../operations/temporal.ts";
import { ArtifactStore } from "../../store/artifacts.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { NAMESPACES } from "./names.ts";
import { smallModelParsed, writeSmallFiles } from "./small-model.ts";

/** All that a run needs but workers: a database, a namespace of Temporal, files, people. One a test file, or one a test. */
export interface Stage {
  database: TestDatabase;
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

export async function openStage(): Promise<Stage> {
  const database = await createTestDatabase();
  const namespace = await takeNamespace();
  const temporalAddress = inject("temporalAddress");
  const temporal = connectTemporal({ temporalAddress, temporalNamespace: namespace });
  const folder = await mkdtemp(join(tmpdir(), "holt-stage-"));
  const files = await writeSmallFiles(join(folder, "files"));
  const artifactsFolder = join(folder, "artifacts");
  const operations = { database, temporal: temporal.client };
  const engineer = await addPerson(operations, SET_UP, { name: "erin", role: "engineer" });
  const reviewer = await addPerson(operations, SET_UP, { name: "rita", role: "reviewer" });
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

/** A namespace that no other stage of this test run has: counted in the test run's own PostgreSQL. */
async function takeNamespace(): Promise<string> {
  const client = new pg.Client({ connectionString: inject("postgresUrl") });
  await client.connect();
  try {
    await client.query("create sequence if not exists stage").catch(() => undefined); // two files at once
    const { rows } = await client.query<{ n: string }>("select nextval('stage') - 1 as n");
    const name = NAMESPACES[Number(rows[0]?.n)];
    if (!name)
      throw new Error(`NAMESPACES: all ${NAMESPACES.length} are taken; raise their number in names.ts`);
    return name;
  } finally {
    await client.end();
  }
}
