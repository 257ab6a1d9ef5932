import { chmod, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import pg from "pg";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { isAlive } from "./leftover.ts";
import { type LocalPostgres, startPostgres } from "./postgres.ts";

const folders: string[] = [];

async function emptyFolder(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-local-"));
  folders.push(folder);
  await chmod(folder, 0o755);
  await mkdir(join(folder, "home"), { mode });
  return join(folder, "home");
}

async function removeAll(): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}

async function startIn(folder: string): Promise<LocalPostgres> {
  return startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
}

async function ask(url: string, statement: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** One folder and the server on it, whichever test started that; the first start takes longest. */
let folder: string;
let running: LocalPostgres;
beforeAll(async () => {
  folder = await emptyFolder();
  running = await startIn(folder);
});
afterAll(async () => {
  await running.stop();
  await removeAll();
});

it("refuses a wrong password, and keeps the right one from other accounts", async () => {
  const wrong = new URL(running.url);
  wrong.password = "holt";
  await expect(ask(wrong.href, "select 1")).rejects.toThrow("password authentication failed");
  expect((await stat(join(folder, "postgres.password"))).mode & 0o777).toBe(0o600);
});

it("names the port and the log when it cannot start", async () => {
  const { port } = new URL(running.url);
  const second = startPostgres({ folder: join(await emptyFolder(), "postgres"), port: Number(port) });
  await expect(second).rejects.toThrow(
    new RegExp(`^PostgreSQL: could not start in ".*" on port ${port} .*; see ".*postgres.log"$`, "s"),
  );
});

it("keeps what was committed when its server is killed and started again", async () => {
  await ask(running.url, "create table kept as select 7 as number");
  process.kill(running.pid, "SIGKILL");
  expect(await running.ended).toBe("signal SIGKILL");
  running = await startIn(folder);
  expect(await ask(running.url, "select number from kept")).toEqual([{ number: 7 }]);
});

it("ends a server that was left on the same data, and starts its own", async () => {
  const left = running;
  running = await startIn(folder);
  expect(isAlive(left.pid)).toBe(false);
  expect(await ask(running.url, "select 1 as one")).toEqual([{ one: 1 }]);
});

it("starts below a folder that only its owner may enter, again on the same data, and anew once that is removed", async () => {
  const folder = await emptyFolder(0o700);
  const startThere = async () => {
    const server = await startIn(folder);
    onTestFinished(server.stop);
    onTestFinished(() => rm(server.folder, { recursive: true, force: true }));
    return server;
  };
  const first = await startThere();
  await ask(first.url, "create table kept as select 7 as number");
  await first.stop();
  const second = await startThere();
  expect(await ask(second.url, "select number from kept")).toEqual([{ number: 7 }]);
  await second.stop();
  await rm(folder, { recursive: true });
  const anew = await startThere();
  await expect(ask(anew.url, "select number from kept")).rejects.toThrow('relation "kept" does not exist');
});
