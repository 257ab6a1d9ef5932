import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { OwnStep } from "../../core/definition.ts";
import { durationMs } from "../../core/duration.ts";
import type { OwnStepDetail } from "../../core/step-details.ts";
import type { StepResult } from "../../core/steps.ts";
import type { Database } from "../../db/connection.ts";
import { dataTableText } from "../../db/data-tables.ts";
import { addSeenView, dropSeenView } from "../../db/seen-tables.ts";
import type { RunRow } from "../../db/steps.ts";
import { type DataInput, isPartlySeen } from "../data-inputs.ts";
import type { StepTools } from "../record-step.ts";
import { runProcess } from "./run-process.ts";

/** What a command gets of the worker's own environment. */
const PASSED_ON = ["PATH", "HOME", "LANG"];

export interface OwnCommand {
  name: string;
  own: Extract<OwnStep, { command: string[] }>;
  folder: string;
  run: RunRow;
  reads: readonly DataInput[];
}

/**
 * Runs a command of the definition in its folder. It finds the tables that it reads in `HOLT_TABLE_<NAME>`, with their
 * schema, as the run's date saw them, and the database in `DATABASE_URL`.
 * @throws {CommandFailed} it could not be started, took too long or ended with another code than 0
 */
export async function runOwnCommand(
  database: Database,
  { name, own, folder, run, reads }: OwnCommand,
  { signal, progress }: StepTools,
): Promise<StepResult> {
  const views: string[] = [];
  const env: Record<string, string> = {
    HOLT_RUN_ID: run.id,
    HOLT_AS_OF: run.as_of.toISOString(),
    DATABASE_URL: database.pool.options.connectionString ?? "",
  };
  for (const variable of PASSED_ON) {
    const value = process.env[variable];
    if (value !== undefined) env[variable] = value;
  }
  try {
    for (const input of reads) {
      const table = isPartlySeen(input, run.as_of)
        ? await addSeenView(database, input, run.as_of, run.id)
        : dataTableText(input.tableName);
      if (isPartlySeen(input, run.as_of)) views.push(table);
      env[`HOLT_TABLE_${input.name.toUpperCase()}`] = table;
    }
    await runProcess(
      {
        place: `steps.${name}.command`,
        command: own.command,
        folder,
        env,
        timeoutMs: durationMs(own.timeout),
      },
      { signal, onLine: progress },
    );
  } finally {
    for (const view of views) await dropSeenView(database, view);
  }
  const detail: OwnStepDetail = { rows: null, exitCode: 0 };
  return { summary: "ended with code 0", detail };
}

/** Digests of the arguments that are files, so that a changed script is run again. However large, none is held whole. */
export async function digestCommandFiles(
  command: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const argument of command) {
    if (argument.includes("\0")) continue;
    const path = resolve(folder, argument);
    // A device or a pipe has no end to wait for.
    const isFile = await stat(path).then(
      (there) => there.isFile(),
      () => false,
    );
    if (!isFile) continue;
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash, { signal });
    found[argument] = hash.digest("hex");
  }
  return found;
}
