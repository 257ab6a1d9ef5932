import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isAlive } from "./leftover.ts";
import { spawnTethered } from "./tethered.ts";

const STAYS = "console.log('here'); setInterval(() => {}, 1_000)";

async function logFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-tethered-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "log");
}

it("ends with its starter, even when that is killed", async () => {
  const log = await logFile();
  const starter = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { spawnTethered } from ${JSON.stringify(join(import.meta.dirname, "tethered.ts"))};
       const { pid } = await spawnTethered(process.execPath, ["-e", ${JSON.stringify(STAYS)}], { logFile: ${JSON.stringify(log)} });
       console.log(pid);
       setInterval(() => {}, 1_000);`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const [pid] = await once(starter.stdout, "data");
  expect(isAlive(Number(pid))).toBe(true);
  starter.kill("SIGKILL");
  await expect.poll(() => isAlive(Number(pid)), { timeout: 20_000 }).toBe(false);
});

it("ends on request and says how, once", async () => {
  const log = await logFile();
  const part = await spawnTethered(process.execPath, ["-e", STAYS], { logFile: log });
  await expect.poll(() => readFile(log, "utf8")).toBe("here\n");
  await Promise.all([part.stop(), part.stop()]);
  expect(await part.ended).toBe("signal SIGTERM");
  expect(part.isRunning()).toBe(false);
});

it("says with which exit code it ended by itself", async () => {
  const part = await spawnTethered(process.execPath, ["-e", "process.exit(3)"], { logFile: await logFile() });
  expect(await part.ended).toBe("exit code 3");
});

it("is given up when its start is", async () => {
  const giveUp = new AbortController();
  const part = await spawnTethered(process.execPath, ["-e", STAYS], {
    logFile: await logFile(),
    signal: giveUp.signal,
  });
  giveUp.abort();
  expect(await part.ended).toBe("signal SIGTERM");
});

it("refuses a command that is not there", async () => {
  await expect(spawnTethered("no-such-command", [], { logFile: await logFile() })).rejects.toThrow("ENOENT");
});
