import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "@temporalio/client";
import { expect, it, onTestFinished } from "vitest";
import { stackSchema } from "../store/settings.ts";
import { isAlive } from "./leftover.ts";
import { startStack } from "./stack.ts";

const { DATABASE_URL: _, TEMPORAL_ADDRESS: __, ...env } = process.env;

async function emptyHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "holt-stack-"));
  await chmod(home, 0o755);
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  return home;
}

async function start(home: string, onNews: (words: string) => void = () => {}) {
  const stack = await startStack({ home, env, onNews });
  onTestFinished(stack.stop);
  return stack;
}

/** How long Temporal keeps the histories of ended workflows. */
async function daysOfRetention(address: string): Promise<number> {
  const connection = await Connection.connect({ address });
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace: "default" });
    return Number(config?.workflowExecutionRetentionTtl?.seconds) / 86_400;
  } finally {
    await connection.close();
  }
}

it("runs all parts, tells other commands where they are, and ends with nothing left", async () => {
  const home = await emptyHome();
  const { settings, pids, stop } = await start(home);
  const file = join(home, "stack.json");
  const found = stackSchema.parse(JSON.parse(await readFile(file, "utf8")));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await fetch(`${found.serverUrl}/readyz`)).status).toBe(200);
  const models = await fetch(`${found.serverUrl}/api/models`, {
    headers: { authorization: `Bearer ${settings.token}` },
  });
  expect([models.status, await models.json()]).toEqual([200, []]);
  expect((await fetch(`${found.temporalUiUrl}/`)).status).toBe(200);
  expect(await daysOfRetention(found.temporalAddress)).toBe(30);

  await expect(startStack({ home, env })).rejects.toThrow("a local Holt runs there already");
  expect((await fetch(`${found.serverUrl}/readyz`)).status).toBe(200);

  const running = Object.values(pids());
  expect(Object.keys(pids()).toSorted()).toEqual(["PostgreSQL", "Temporal", "server", "worker"]);
  await stop();
  expect(running.filter(isAlive)).toEqual([]);
  expect([existsSync(file), existsSync(join(home, "stack.pid"))]).toEqual([false, false]);
});

it("steps around taken ports, and takes the same ones again at the next start", async () => {
  const home = await emptyHome();
  const taken = createServer().listen(7400, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening").catch(() => {}); // somebody else has it: as good
  const first = await start(home);
  expect(new URL(first.settings.serverUrl).port).not.toBe("7400");
  await first.stop();
  const second = await start(home);
  expect(second.settings.serverUrl).toBe(first.settings.serverUrl);
  expect(second.settings.temporalAddress).toBe(first.settings.temporalAddress);
});

it("starts a killed worker again, and is lost with the name of the log when PostgreSQL is killed", async () => {
  const news: string[] = [];
  const { pids, lost, stop } = await start(await emptyHome(), (words) => news.push(words));
  const worker = pids()["worker"] as number;
  process.kill(worker, "SIGKILL");
  await expect.poll(() => pids()["worker"]).not.toBe(worker);
  expect(news.at(-1)).toBe("worker ended (signal SIGKILL); it is started again");
  process.kill(pids()["PostgreSQL"] as number, "SIGKILL");
  await expect(lost).rejects.toThrow(/^PostgreSQL: ended \(signal SIGKILL\); see ".*postgres\.log" for why$/);
  const left = Object.values(pids());
  await stop();
  expect(left.filter(isAlive)).toEqual([]);
});

it("leaves nothing running when its start is given up, and starts afterwards", async () => {
  const home = await emptyHome();
  const giveUp = new AbortController();
  const given = startStack({
    home,
    env,
    signal: giveUp.signal,
    onNews: (words) => words.startsWith("starting worker") && giveUp.abort(),
  });
  await expect(given).rejects.toThrow();
  expect(existsSync(join(home, "stack.pid"))).toBe(false);
  expect(existsSync(join(home, "postgres", "postmaster.pid"))).toBe(false);
  await start(home);
});

it("leaves nothing running when it is killed itself", async () => {
  const home = await emptyHome();
  const script = `
    import { startStack } from ${JSON.stringify(join(import.meta.dirname, "stack.ts"))};
    const stack = await startStack({ home: ${JSON.stringify(home)} });
    console.log(JSON.stringify(Object.values(stack.pids())));`;
  const owner = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [words] = await once(owner.stdout, "data");
  const running: number[] = JSON.parse(String(words));
  expect(running.filter(isAlive)).toHaveLength(4);
  owner.kill("SIGKILL");
  await expect.poll(() => running.filter(isAlive), { timeout: 30_000 }).toEqual([]);
  const again = await start(home);
  expect((await fetch(`${again.settings.serverUrl}/readyz`)).status).toBe(200);
});
