import { accessSync, constants } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { assertDiskSpace } from "./dependencies.mjs";
import { whileLocked } from "./lock.mjs";
import { run } from "./run.mjs";
import { SetupError } from "./steps.mjs";

const FILE = process.platform === "win32" ? "temporal.exe" : "temporal";
const SOURCE = "github.com/temporalio/cli/cmd/temporal@v1.5.1";
/** A download that has not begun by then never will (no way out to the internet). */
const DOWNLOAD_BEGINS_WITHIN_MS = 15_000;
const OTHER_WAYS =
  "install the Temporal CLI (docs.temporal.io/cli) so that it is on PATH, or set TEMPORAL_ADDRESS to a running server; " +
  "then run the same again";
const BUILD_LIMIT_MS = 30 * 60_000;

/**
 * Finds the `temporal` command, or gets it into Holt's cache: the SDK's download, else a build with Go.
 * @param {{ root: string, node: string, isServerGiven: boolean, say: (words: string) => void }} input
 *   `isServerGiven`: a running server will be used, so no command is needed
 */
export async function getTemporal({ root, node, isServerGiven, say }) {
  if (isServerGiven) return `not needed, TEMPORAL_ADDRESS is ${process.env.TEMPORAL_ADDRESS}`;
  const onPath = findOnPath();
  if (onPath) return `on PATH, ${onPath}`;
  const cache = cacheFolder();
  const cached = join(cache, "bin", FILE);
  if (isExecutable(cached)) return "in Holt's cache";
  return whileLocked(
    join(cache, "temporal.lock"),
    async () => {
      if (isExecutable(cached)) return "in Holt's cache";
      await mkdir(join(cache, "bin"), { recursive: true });
      say("downloading it");
      if (await download({ root, node, cache, cached })) return "downloaded";
      say("building it with Go, which takes some minutes, once");
      await build({ cache, cached });
      return "built with Go";
    },
    () => say("waiting for another set-up that gets it"),
  );
}

/** @param {{ root: string, node: string, cache: string, cached: string }} input @returns {Promise<boolean>} got it */
async function download({ root, node, cache, cached }) {
  const folder = await mkdtemp(join(cache, "download-"));
  try {
    const script = join(root, "scripts", "setup", "download-temporal.mjs");
    const { code, output } = await run(node, [script, folder, String(DOWNLOAD_BEGINS_WITHIN_MS)], {
      cwd: root,
    });
    const file = output.split("\n").at(-1) ?? "";
    if (code !== 0 || !isExecutable(file)) return false;
    await rename(file, cached);
    return true;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Builds beside the cache and moves it in at the end, so that nobody ever finds half a command. */
async function build({ cache, cached }) {
  assertDiskSpace(cache);
  const folder = await mkdtemp(join(cache, "build-"));
  try {
    const { code, output, missing } = await run("go", ["install", SOURCE], {
      env: { ...process.env, GOBIN: folder },
      timeoutMs: BUILD_LIMIT_MS,
    });
    if (missing)
      throw new SetupError(
        `Temporal: its command is not on PATH, could not be downloaded, and there is no Go to build it; install Go, or ${OTHER_WAYS}`,
      );
    if (code !== 0)
      throw new SetupError(
        `Temporal: "go install ${SOURCE}" ended with exit code ${code}; mend what its words below name, or ${OTHER_WAYS}\n${output}`,
      );
    await rename(join(folder, FILE), cached);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function findOnPath() {
  return folders()
    .map((folder) => join(folder, FILE))
    .find(isExecutable);
}

function folders() {
  return (process.env.PATH ?? "").split(delimiter).filter(Boolean);
}

/** The same as in local/temporal-command.ts, which old Node can't read. */
function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "holt");
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
