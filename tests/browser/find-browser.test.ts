import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findBrowser } from "../support/browser.ts";

it("takes a browser on PATH before the one that Playwright downloaded", async () => {
  const { path, playwrights, onPath } = await folders();
  expect(findBrowser(path, playwrights)).toBe(playwrights);
  await writeFile(onPath, "");
  expect(findBrowser(path, playwrights)).toBe(onPath);
});

it("says how to get one where none is", async () => {
  const { path, playwrights } = await folders();
  await rm(playwrights);
  expect(() => findBrowser(path, playwrights)).toThrow(
    'browser: no Chromium or Chrome is on PATH, and Playwright has downloaded none; run "npm run setup"',
  );
});

/** A PATH of two folders without a browser, and a file where Playwright's would be. */
async function folders() {
  const folder = await mkdtemp(join(tmpdir(), "holt-browser-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [first, second] = [join(folder, "first"), join(folder, "second")];
  await Promise.all([mkdir(first), mkdir(second)]);
  const playwrights = join(folder, "chrome-of-playwright");
  await writeFile(playwrights, "");
  return { path: [first, second].join(delimiter), playwrights, onPath: join(second, "chromium") };
}
