/** Histories to be replayed: files, a folder of them, workflows in Temporal, runs of the last days. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Client } from "@temporalio/client";
import { InvalidInput, NotFound } from "../core/errors.ts";
import type { Database } from "../db/connection.ts";
import { findRunHistory, listRunsOpenedWithin, type RunOfWorkflow } from "../db/run-histories.ts";
import { getRun } from "../db/runs.ts";
import type { ArtifactStore } from "../store/artifacts.ts";
import { type History, parseHistory, readHistory } from "./replay.ts";
import { fetchHistory } from "./replay-fetch.ts";

/** `from`: where it was read; `problem`, in words, where there is no history of it. */
export type Source =
  | { name: string; from: "file" | "archive" | "Temporal"; history: History }
  | { name: string; problem: string };

export interface Archive {
  database: Database;
  artifacts: ArtifactStore;
  temporal: Client;
}

/**
 * A file, or all files `*.json` of a folder, one after the other; undefined when nothing of this name is there.
 * @throws {InvalidInput} one is no history, or the folder has none
 */
export async function findFiles(
  path: string,
): Promise<{ isFolder: boolean; sources: AsyncIterable<Source> } | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return undefined;
  if (!found.isDirectory()) return { isFolder: false, sources: read([path]) };
  const names = (await readdir(path)).filter((name) => name.endsWith(".json")).sort();
  if (names.length === 0)
    throw new InvalidInput(`${path}: has no file *.json; name a folder with recorded histories`);
  return { isFolder: true, sources: read(names.map((name) => join(path, name))) };
}

async function* read(files: readonly string[]): AsyncGenerator<Source> {
  for (const file of files) yield { name: file, from: "file", history: await readHistory(file) };
}

/** A run's history, or that of a workflow in Temporal. @throws {NotFound} @throws {BrokenPromise} what was kept of it changed */
export async function* findNamed(archive: Archive, what: string): AsyncGenerator<Source> {
  if (what.includes("/")) {
    const { workflowId, history } = await fetchHistory(archive.temporal, what);
    yield { name: workflowId, from: "Temporal", history };
  } else yield await findOfRun(archive, await getRun(archive.database.db, what));
}

/** Those of all runs that were opened within this time; of one whose history is nowhere, that it is. */
export async function* findOfRuns(archive: Archive, withinMs: number): AsyncGenerator<Source> {
  for (const run of await listRunsOpenedWithin(archive.database.db, withinMs))
    yield await findOfRun(archive, run).catch((error) => {
      if (error instanceof NotFound) return { name: run.id, problem: error.message };
      throw error;
    });
}

/** What was kept when the run ended is whole, and checked by its digest, so it comes before what Temporal has. */
async function findOfRun({ database, artifacts, temporal }: Archive, run: RunOfWorkflow): Promise<Source> {
  const kept = await findRunHistory(database.db, run.id);
  const bytes = kept && (await artifacts.get(kept.digest).catch(undefinedIfNotHere));
  if (bytes) {
    const place = `run "${run.id}": its kept history`;
    return {
      name: run.id,
      from: "archive",
      history: parseHistory(Buffer.from(bytes).toString("utf8"), place),
    };
  }
  const { history } = await fetchHistory(temporal, run.workflow_id);
  return { name: run.id, from: "Temporal", history };
}

/** The artifacts may be on another machine; Temporal may have it still. */
function undefinedIfNotHere(error: NodeJS.ErrnoException): undefined {
  if (!(error instanceof NotFound)) throw error;
}
