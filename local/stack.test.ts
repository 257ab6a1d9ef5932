import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connection } from "@temporalio/client";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { type Settings, stackSchema } from "../store/settings.ts";
import { giveOwnPorts } from "../tests/support/own-ports.ts";
import { isAlive } from "./leftover.ts";
import type { Ports } from "./ports.ts";
import { startStack } from "./stack.ts";

const { DATABASE_URL: _, TEMPORAL_ADDRESS: __, ...env } = process.env;

/** One home for all, since its first start takes several times as long as the next ones. */
let home: string;
let wanted: Ports;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "holt-stack-"));
  await chmod(home, 0o755);
  wanted = await giveOwnPorts(home);
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function start(onNews: (words: string) => void = () => {}) {
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

it("leaves nothing running when its first start is given up", async () => {
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
});

let ports: Pick<Settings, "serverUrl" | "temporalAddress">;

it("starts afterwards, steps around taken ports, tells other commands where its parts are, and ends with nothing left", async () => {
  const taken = createServer().listen(wanted.server, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const { settings, pids, stop } = await start();
  const { serverUrl, temporalAddress } = settings;
  ports = { serverUrl, temporalAddress };
  expect(new URL(serverUrl).port).not.toBe(String(wanted.server));
  expect(new URL(`http://${temporalAddress}`).port).toBe(String(wanted.temporal));
  const file = join(home, "stack.json");
  const found = stackSchema.parse(JSON.parse(await readFile(file, "utf8")));
  expect(found).toMatchObject(ports);
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

it("takes the same ports at the next start, starts a killed worker again, and is lost with the name of the log when PostgreSQL is killed", async () => {
  const news: string[] = [];
  const { settings, pids, lost, stop } = await start((words) => news.push(words));
  expect(settings).toMatchObject(ports);
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

it("leaves nothing running when it is killed itself", async () => {
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
  const again = await start();
  expect((await fetch(`${again.settings.serverUrl}/readyz`)).status).toBe(200);
});
