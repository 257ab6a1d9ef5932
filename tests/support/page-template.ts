import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import { ArtifactStore } from "../../store/artifacts.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { makeTemplateAt } from "./database-at.ts";
import { addPageData, type PageData } from "./page-data.ts";

interface Template {
  template: string;
  folder: string;
  data: PageData;
}

let made: Promise<Template> | undefined;

/** A database with something of everything and the folder of its models, for one test alone: copies of what is made once. */
export async function copyPageData(): Promise<{
  database: TestDatabase;
  artifactsFolder: string;
  data: PageData;
}> {
  made ??= makeTemplate();
  const { template, folder, data } = await made;
  const database = await testDatabase(template);
  const artifactsFolder = await mkdtemp(join(tmpdir(), "holt-artifacts-"));
  onTestFinished(() => rm(artifactsFolder, { recursive: true }));
  await cp(folder, artifactsFolder, { recursive: true });
  return { database, artifactsFolder, data };
}

async function makeTemplate(): Promise<Template> {
  const folder = await mkdtemp(join(inject("runFolder"), "artifacts-"));
  const { template, filled } = await makeTemplateAt(inject("postgresUrl"), (database) =>
    addPageData({ database }, new ArtifactStore(folder)),
  );
  return { template, folder, data: filled };
}
