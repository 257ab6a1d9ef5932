import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { findBuild } from "./build.ts";

it("is what HOLT_BUILD says, else the commit of the checkout, and says that its files were changed", async () => {
  const root = await mkdtemp(join(tmpdir(), "holt-build-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", root, "-c", "user.name=t", "-c", "user.email=t@t.example", ...args], {
      encoding: "utf8",
    }).trim();
  expect(await findBuild({}, root)).toBeUndefined();
  await writeFile(join(root, "a.ts"), "1");
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "one");
  const commit = git("rev-parse", "HEAD").slice(0, 12);
  expect(await findBuild({}, root)).toBe(commit);
  await writeFile(join(root, "a.ts"), "2");
  expect(await findBuild({}, root)).toBe(`${commit}-dirty`);
  expect(await findBuild({ HOLT_BUILD: "v1.4.0+7" }, root)).toBe("v1.4.0+7");
});

it("refuses a name that Temporal would not take", async () => {
  await expect(findBuild({ HOLT_BUILD: "two words" })).rejects.toThrow(
    'HOLT_BUILD: "two words" cannot be the name of a build; write a commit',
  );
});
