import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { workflowBundle } from "./bundle.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bundle-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

it("keeps the workflows in one file, and takes that the next time", async () => {
  const cache = join(await emptyFolder(), "cache");
  const first = await workflowBundle(cache);
  const [file, ...rest] = await readdir(cache);
  const codePath = join(cache, file ?? "");
  expect([first, rest]).toEqual([{ codePath }, []]);
  const { mtimeMs, ino } = await stat(codePath);
  expect(await workflowBundle(cache)).toEqual({ codePath });
  expect(await stat(codePath)).toMatchObject({ mtimeMs, ino });
});

it("gives the same code where nothing can be kept", async () => {
  const folder = await emptyFolder();
  // A folder below a file: nobody can make it, not even root, as whom tests may run.
  await writeFile(join(folder, "file"), "");
  const unkept = await workflowBundle(join(folder, "file", "cache"));
  const kept = await workflowBundle(join(folder, "cache"));
  if (!("code" in unkept && "codePath" in kept)) throw new Error("the bundle was not given as it should be");
  expect(unkept.code).toContain("lifecycle");
  const withoutMap = (code: string) => code.replace(/\n\/\/# sourceMappingURL=.*/s, "");
  expect(withoutMap(unkept.code)).toBe(withoutMap(await readFile(kept.codePath, "utf8")));
  expect(await readdir(folder)).toEqual(["cache", "file"]);
});
