import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NEVER_RETRIED } from "../core/errors.ts";
import { printableJson } from "../store/printable-json.ts";
import { findHome } from "../store/settings.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { cleanLines } from "./print/style.ts";

/**
 * Says what went wrong: what a person can mend in its own words, anything else with the file that has the details.
 * @returns the exit code
 */
export async function reportError(error: unknown, args: readonly string[]): Promise<ExitCode> {
  const { name, message } = await wordsFor(error, args);
  const written = args.includes("--json")
    ? printableJson(JSON.stringify({ error: { code: name, message } }))
    : cleanLines(message);
  process.stderr.write(`${written}\n`);
  return name === "InvalidInput" ? EXIT.wrongUse : EXIT.failed;
}

async function wordsFor(error: unknown, args: readonly string[]): Promise<{ name: string; message: string }> {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message } = error;
  if ((NEVER_RETRIED as readonly string[]).includes(name)) return { name, message };
  const outOfReach = whatIsOutOfReach(error);
  if (outOfReach) return { name: "OutOfReach", message: outOfReach };
  const file = await keepDetails(error, args);
  return { name, message: `holt: ${message || name}; the details are in ${file}` };
}

/** The parts that a command needs and that may be down, in words. */
function whatIsOutOfReach(error: Error): string | undefined {
  const chain = causes(error);
  const databaseCode = chain.map(({ code }) => code).find((code) => typeof code === "string");
  if (databaseCode === "42P01")
    return 'database: has no tables of Holt; make them with "node scripts/migrate.ts", or with "holt users add", which adds the first person, too';
  if (["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ETIMEDOUT"].includes(String(databaseCode)))
    return `PostgreSQL: could not be reached (${chain.at(-1)?.message || databaseCode}); start it, or correct DATABASE_URL`;
  if (["28P01", "28000", "3D000"].includes(String(databaseCode)))
    return `PostgreSQL: ${chain.at(-1)?.message}; correct DATABASE_URL`;
  if (
    chain.some(
      ({ code, message }) =>
        code === 14 || code === 4 || /Failed to connect before the deadline/.test(message),
    )
  )
    return "Temporal: could not be reached; start it, or correct TEMPORAL_ADDRESS";
  return undefined;
}

/** The error and what is behind it, the deepest last; one attempt of several counts for all. */
function causes(error: Error): (Error & { code?: unknown })[] {
  const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
  return [error, ...(inner instanceof Error ? causes(inner) : [])];
}

async function keepDetails(error: Error, args: readonly string[]): Promise<string> {
  const folder = join(findHome(), "errors");
  const name = `cli-${new Date().toISOString().replaceAll(/[:.]/g, "-")}-${process.pid}.txt`;
  const details = [new Date().toISOString(), args.join(" "), ...causes(error).map(({ stack }) => stack)];
  for (const place of [folder, tmpdir()]) {
    const file = join(place, name);
    try {
      await mkdir(place, { recursive: true });
      await writeFile(file, `${details.join("\n")}\n`, { mode: 0o600 });
      return file;
    } catch {
      // the next place; a folder that can't be written to must not hide the error
    }
  }
  return "no file, since none could be written";
}
