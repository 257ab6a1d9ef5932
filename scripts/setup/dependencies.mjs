import { existsSync, readFileSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";
import { SetupError } from "./steps.mjs";

/** What the dependencies, the page and Temporal's build take, with room for the demo's data. */
const LEAST_FREE_BYTES = 2e9;

/** Installs the locked dependencies when those in node_modules are not exactly them. @param {string} root */
export async function installDependencies(root) {
  if (isInstalled(root)) return "as locked";
  assertDiskSpace(root);
  const { command, before } = npm();
  const { code, output, missing } = await run(
    command,
    [...before, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
    // Its install script would fetch CUDA libraries; the CPU's library is in the package.
    { cwd: root, env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" } },
  );
  if (missing)
    throw new SetupError("npm: the command is not on PATH; install Node.js 20 or newer, which brings it");
  if (code !== 0)
    throw new SetupError(
      `npm ci: ended with exit code ${code}; see its words below, mend the network or the registry, run the same again\n${output}`,
    );
  return "installed";
}

/**
 * Compares package-lock.json with the list that npm leaves in node_modules when it has finished. Optional packages may
 * be missing: they are other machines'.
 * @param {string} root
 */
export function isInstalled(root) {
  const list = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(list)) return false;
  const wanted = packagesOf(join(root, "package-lock.json"));
  const there = packagesOf(list);
  const isThere = (/** @type {string} */ path) =>
    there[path] ? there[path].integrity === wanted[path].integrity : wanted[path].optional === true;
  return Object.keys(wanted).every(isThere) && Object.keys(there).every((path) => path in wanted);
}

/** @param {string} file @returns {Record<string, { integrity?: string, optional?: boolean }>} */
function packagesOf(file) {
  const { "": _project, ...packages } = JSON.parse(readFileSync(file, "utf8")).packages;
  return packages;
}

/** The npm that runs this script, else the one on PATH. */
function npm() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script)) return { command: process.execPath, before: [script] };
  return { command: process.platform === "win32" ? "npm.cmd" : "npm", before: [] };
}

/** @param {string} folder */
export function assertDiskSpace(folder) {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < LEAST_FREE_BYTES)
    throw new SetupError(
      `disk: ${(free / 1e9).toFixed(1)} GB are free at "${folder}", the set-up takes 2 GB; free some, then run the same again`,
    );
}
