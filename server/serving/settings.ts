import { join, resolve } from "node:path";
import { wholeNumber } from "../whole-number.ts";

/** How this server serves; every figure has a default that fits one machine with some models. */
export interface ServingSettings {
  /** Where it keeps what it knows, for a start with nothing reachable. */
  folder: string;
  /** Most memory for histories, in MB. */
  historiesMb: number;
  /** After this, in milliseconds, the popularity list answers in the model's place. */
  scorerDeadlineMs: number;
  /** Most memory of the scorer's process, in MB. */
  scorerMemoryMb: number;
  /** Of each model, how many versions that were live before stay in memory. */
  warmVersions: number;
}

/** @throws {InvalidInput} a figure is none, or out of its range */
export function readServingSettings(env: NodeJS.ProcessEnv, home: string): ServingSettings {
  return {
    folder: resolve(env["HOLT_SERVING_FOLDER"] || join(home, "serving")),
    historiesMb: wholeNumber(env, "HOLT_HISTORIES_MB", { or: 64, from: 1, to: 100_000 }),
    scorerDeadlineMs: wholeNumber(env, "HOLT_SCORER_DEADLINE_MS", { or: 150, from: 1, to: 60_000 }),
    scorerMemoryMb: wholeNumber(env, "HOLT_SCORER_MEMORY_MB", { or: 1_024, from: 128, to: 1_000_000 }),
    warmVersions: wholeNumber(env, "HOLT_WARM_VERSIONS", { or: 3, from: 1, to: 20 }),
  };
}
