import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { lockFolder } from "./folder-lock.ts";

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-lock-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

it("gives a folder to one at a time, and to the next after it", async () => {
  const folder = await emptyFolder();
  const first = lockFolder(folder);
  expect(first).toBeDefined();
  expect(lockFolder(folder)).toBeUndefined();
  first?.release();
  first?.release(); // again is nothing
  const second = lockFolder(folder);
  expect(second).toBeDefined();
  second?.release();
});

it("keeps it from others while another process has it, and no longer than that lives, however it ends", async () => {
  const folder = await emptyFolder();
  const code = `import { lockFolder } from ${JSON.stringify(join(import.meta.dirname, "folder-lock.ts"))};
    if (lockFolder(${JSON.stringify(folder)})) console.log("has it");
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = await once(child.stdout, "data");
  expect(String(said)).toBe("has it\n");
  expect(lockFolder(folder)).toBeUndefined();
  child.kill("SIGKILL");
  await once(child, "exit");
  const mine = lockFolder(folder);
  expect(mine).toBeDefined();
  mine?.release();
});

it("says that a folder is not there", () => {
  expect(() => lockFolder(join(tmpdir(), "holt-no-such-folder"))).toThrow("unable to open database file");
});
