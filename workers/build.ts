import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { InvalidInput } from "../core/errors.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** What Temporal takes as a build's name, and what a person can read in a line. */
const BUILD = /^[\w.+@/-]{1,100}$/;

/**
 * Which code this process runs, as Temporal notes it in the history of each run: HOLT_BUILD, else the commit of the
 * checkout (with `-dirty` where its files were changed), else undefined, and the SDK names a sum of the workflow code.
 * @throws {InvalidInput} HOLT_BUILD cannot be a name
 */
export async function findBuild(
  env: NodeJS.ProcessEnv = process.env,
  root = ROOT,
): Promise<string | undefined> {
  const named = env["HOLT_BUILD"];
  if (named && !BUILD.test(named))
    throw new InvalidInput(
      `HOLT_BUILD: "${named}" cannot be the name of a build; write a commit, or at most 100 letters, digits and any of . _ + @ / -`,
    );
  if (named) return named;
  const describe = ["-C", root, "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"];
  return promisify(execFile)("git", describe).then(
    ({ stdout }) => (BUILD.test(stdout.trim()) ? stdout.trim() : undefined),
    () => undefined, // no git, or an image without it
  );
}
