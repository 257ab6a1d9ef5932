import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "chrome.exe",
  "msedge.exe",
];
/** No sandbox, since tests may run as root; nothing that a browser does by itself. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A real Chromium with an empty profile. @throws {Error} none is there; the message says how to get one */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findBrowser(), headless: true, args: ARGUMENTS });
}

/** Where a Chromium is: one on `path`, else the one that Playwright downloads. @throws {Error} as above */
export function findBrowser(
  path = process.env["PATH"] ?? "",
  playwrights = chromium.executablePath(),
): string {
  const onPath = path
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = [...onPath, playwrights].find((file) => existsSync(file));
  if (found) return found;
  throw new Error(
    'browser: no Chromium or Chrome is on PATH, and Playwright has downloaded none; run "npm run setup", or install one so that it is on PATH',
  );
}
