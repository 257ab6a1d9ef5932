import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";
import { SetupError } from "./steps.mjs";

/** What the built page depends on. */
const INPUTS = ["web", "core", "package-lock.json"];
const BUILT = join("dist", "web");
/** Digest of the inputs that the page was built from, beside it, so that both go together. */
const MARKER = "built-from.txt";

/** Builds the pages when what they are made of changed. @param {string} root @param {string} node path of Node 24 */
export async function buildPage(root, node) {
  const marker = join(root, BUILT, MARKER);
  const digest = digestOf(root);
  if (existsSync(marker) && readFileSync(marker, "utf8") === digest) return "built before";
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  const { code, output } = await run(node, [vite, "build", "web", "--logLevel", "warn"], { cwd: root });
  if (code !== 0)
    throw new SetupError(
      `page: its build ended with exit code ${code}; mend what it names below, then run the same again\n${output}`,
    );
  writeFileSync(marker, digest);
  return "built";
}

/** @param {string} root */
function digestOf(root) {
  const hash = createHash("sha256");
  for (const file of INPUTS.flatMap((input) => filesBelow(root, input)))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  return hash.digest("hex");
}

/** @param {string} root @param {string} path @returns {string[]} */
function filesBelow(root, path) {
  const full = join(root, path);
  if (path.includes(".")) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort();
}
