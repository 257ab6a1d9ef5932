/** The demo as a newcomer runs it, without a terminal: interrupted, taken up again, and once more. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isAlive } from "../local/leftover.ts";
import { giveOwnPorts } from "./support/own-ports.ts";

const DEMO = join(import.meta.dirname, "..", "scripts", "demo.ts");

interface Told {
  child: ChildProcess;
  /** All that it has said so far. */
  words(): string;
  /** Exit code, once it has ended. */
  code: Promise<number | null>;
}

function demo(home: string): Told {
  const { DATABASE_URL: _, TEMPORAL_ADDRESS: __, ...env } = process.env;
  const child = spawn(process.execPath, [DEMO], {
    env: { ...env, HOLT_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGTERM"));
  let words = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      words += chunk;
    });
  return { child, words: () => words, code: once(child, "close").then(([code]) => code) };
}

it("goes on where it was interrupted, comes to its end, and does nothing twice", {
  timeout: 600_000,
}, async () => {
  const home = await mkdtemp(join(tmpdir(), "holt-demo-"));
  await chmod(home, 0o755);
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await giveOwnPorts(home);

  const interrupted = demo(home);
  await expect.poll(interrupted.words, { timeout: 120_000 }).toContain("train:als: running");
  const postgres = Number((await readFile(join(home, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);
  interrupted.child.kill("SIGINT");
  interrupted.child.kill("SIGINT"); // npm passes Ctrl-C on, so it comes twice
  expect(await interrupted.code).toBe(130);
  expect(interrupted.words()).toContain("Interrupted; all parts have ended.");
  expect(isAlive(postgres)).toBe(false);

  const takenUp = demo(home);
  expect(await takenUp.code, takenUp.words()).toBe(0);
  expect(takenUp.words()).toContain("Version 1 (popularity) is live already");
  expect(takenUp.words()).toMatch(/The run movies-demo-\S+ was left by an interrupted demo/);
  expect(takenUp.words()).toMatch(/Deployed: version 2 \(\w+\) is live\./);
  expect(takenUp.words()).toMatch(/Incident 1: movies: source "titles" has not been delivered for 3 d/);
  expect(takenUp.words()).toMatch(/at the end, .*: stop: spend fell by /);
  expect(takenUp.words()).toContain("Experiment movies-x1 has ended by itself.");

  const again = demo(home);
  expect(await again.code, again.words()).toBe(0);
  expect(again.words()).toMatch(/train:als: reused/);
  expect(again.words()).toContain('The run ended as "no change"');
  expect(again.words()).not.toContain("Deployed:");
  // other people are in each arm of the second: clicked more, and less spent, and what people spend is what the plan goes by
  expect(again.words()).toMatch(
    /stop: spend fell by .* clicks_per_list rose by .* and the verdict follows spend\n(.*\n)+Experiment movies-x2 has ended by itself\./,
  );
});
