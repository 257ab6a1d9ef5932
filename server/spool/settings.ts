import { InvalidInput } from "../../core/errors.ts";

const DEFAULT_MAX_MB = 1_024;
const DEFAULT_DAYS = 90;
/** A day's table is dropped as a whole; the database keeps the last week whoever asks, and no day is older than these. */
const DAYS = { least: 7, most: 400 };

export interface SpoolLimits {
  /** Bytes that may wait for PostgreSQL. */
  maxBytes: number;
  /** Exposures and outcomes are kept for so many days. */
  keepDays: number;
  /** An answer waits until the disk itself has its exposure. */
  syncExposures: boolean;
}

/** @throws {InvalidInput} a variable cannot be honoured */
export function readSpoolSettings(env: NodeJS.ProcessEnv): SpoolLimits {
  const megabytes = wholeNumber(env, "HOLT_SPOOL_MAX_MB", DEFAULT_MAX_MB, { least: 1, most: 1_000_000 });
  const keepDays = wholeNumber(env, "HOLT_EXPOSURE_DAYS", DEFAULT_DAYS, DAYS);
  return { maxBytes: megabytes * 1024 * 1024, keepDays, syncExposures: readSync(env) };
}

function readSync(env: NodeJS.ProcessEnv): boolean {
  const written = env["HOLT_SPOOL_SYNC"] || "outcomes";
  if (written === "outcomes" || written === "all") return written === "all";
  throw new InvalidInput(
    `HOLT_SPOOL_SYNC: "${written}" is not known; write "outcomes", or "all" so that exposures survive a power cut, too`,
  );
}

function wholeNumber(
  env: NodeJS.ProcessEnv,
  name: string,
  otherwise: number,
  { least, most }: { least: number; most: number },
): number {
  const written = env[name];
  if (written === undefined || written === "") return otherwise;
  const value = Number(written);
  if (!/^\d+$/.test(written) || value < least || value > most)
    throw new InvalidInput(
      `${name}: "${written}" does not fit; write a whole number from ${least} to ${most}`,
    );
  return value;
}
