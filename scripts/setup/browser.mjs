import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";
import { SetupError } from "./steps.mjs";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome.exe",
  "msedge.exe",
];
const DOWNLOAD_LIMIT_MS = 5 * 60_000;
const PACKAGE_LIMIT_MS = 10 * 60_000;

/**
 * Path of a Chromium for the tests of the pages: one on PATH, else Playwright's own, else Debian's package.
 * @param {string} root
 * @param {string} node path of Node 24
 * @param {(words: string) => void} say
 */
export async function findBrowser(root, node, say) {
  const there = (await onPath()) ?? (await playwrights(root, node));
  if (there) return there;
  say("downloading Chromium by Playwright");
  const cli = join(root, "node_modules", "playwright-core", "cli.js");
  const download = await run(node, [cli, "install", "chromium"], { timeoutMs: DOWNLOAD_LIMIT_MS });
  const downloaded = await playwrights(root, node);
  if (downloaded) return downloaded;
  const installed = (await installPackage(say)) && (await onPath());
  if (installed) return installed;
  throw new SetupError(
    `browser: no Chromium is on PATH, Playwright's download did not work (${lastLine(download.output)}), and Debian's ` +
      "package can be installed only as root where apt-get is; install Chromium or Chrome so that it is on PATH, then run the same again",
  );
}

async function onPath() {
  for (const folder of (process.env.PATH ?? "").split(delimiter).filter(Boolean))
    for (const name of NAMES) {
      const path = join(folder, name);
      if (existsSync(path) && (await works(path))) return path;
    }
  return undefined;
}

/** @param {string} root @param {string} node */
async function playwrights(root, node) {
  const ask = 'console.log(require("playwright-core").chromium.executablePath())';
  const { output } = await run(node, ["-e", ask], { cwd: root });
  return existsSync(output) && (await works(output)) ? output : undefined;
}

/** A browser without its libraries, or a stand-in that wants another package manager, can't say its version. */
async function works(/** @type {string} */ path) {
  return (await run(path, ["--version"], { timeoutMs: 30_000 })).code === 0;
}

/** @param {(words: string) => void} say */
async function installPackage(say) {
  if (process.getuid?.() !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const limit = { env, timeoutMs: PACKAGE_LIMIT_MS };
  say("installing Debian's package chromium");
  if ((await run("apt-get", ["update", "-q"], limit)).missing) return false;
  return (await run("apt-get", ["install", "-qy", "--no-install-recommends", "chromium"], limit)).code === 0;
}

/** @param {string} output */
function lastLine(output) {
  return output.split("\n").at(-1)?.trim() || "it took too long";
}
