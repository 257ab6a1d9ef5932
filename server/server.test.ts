import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { addPerson, issueToken, SET_UP } from "../operations/people.ts";
import { startRun } from "../operations/start-run.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addLiveVersion, storeModels } from "../tests/support/shop.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

/** The process with the stage's settings, once it says that it is ready. */
async function startServer(change: Record<string, string> = {}) {
  const home = await mkdtemp(join(tmpdir(), "holt-server-"));
  const child = spawn(process.execPath, ["server/server.ts"], {
    env: {
      ...process.env,
      HOLT_HOME: home,
      HOLT_PORT: "0",
      DATABASE_URL: asLogin(stage.database.url, "server"),
      TEMPORAL_ADDRESS: stage.temporalAddress,
      TEMPORAL_NAMESPACE: stage.namespace,
      HOLT_ARTIFACTS: stage.artifactsFolder,
      ...change,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(async () => {
    await end(child, "SIGKILL");
    await rm(home, { recursive: true });
  });
  const lines: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line));
    if (lines.at(-1)?.["ready"] === true) break;
  }
  return { child, lines, url: String(lines.at(-1)?.["url"]) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill(signal);
  const [code] = await exited;
  return code;
}

it("serves what is live, says when it is ready in one JSON line, and ends with 0 at SIGTERM", async () => {
  const artifacts = await storeModels(new ArtifactStore(stage.artifactsFolder));
  await addLiveVersion(stage.database.db, { artifacts });
  await addPerson(stage, SET_UP, { name: "app", roles: ["service"] });
  const { token } = await issueToken(stage, SET_UP, { name: "app", ttlMs: 600_000 });
  const { child, url, lines } = await startServer();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(lines.at(-1)).toMatchObject({ ready: true, part: "server" });
  const answer = await fetch(`${url}/v1/models/shop/recommendations?user=ann&k=2`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    model: "shop",
    version: 1,
    fallback: true,
    items: [{ rank: 1 }, { rank: 2 }],
  });
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: "ready" });
  expect(await end(child, "SIGTERM")).toBe(0);
});

it("answers what is under way at SIGTERM, and tells its clients to come by another connection", async () => {
  const { child, url } = await startServer();
  await addPerson(stage, SET_UP, { name: "vera", roles: ["viewer"] });
  const { token } = await issueToken(stage, SET_UP, { name: "vera", ttlMs: 600_000 });
  const headers = { authorization: `Bearer ${token}` };
  const lock = await stage.database.pool.connect();
  await lock.query("begin");
  await lock.query("lock table run in access exclusive mode");
  const slow = Array.from({ length: 4 }, () => fetch(`${url}/api/runs`, { headers }));
  await expect.poll(() => countWaiting(stage)).toBe(4);
  const untilToldToLeave = async () => {
    for (let answered = 0; ; answered++) {
      const response = await fetch(`${url}/livez`);
      expect(response.status).toBe(200);
      await response.arrayBuffer();
      if (response.headers.get("connection") === "close") return answered;
    }
  };
  const readers = Array.from({ length: 4 }, untilToldToLeave);
  const ended = end(child, "SIGTERM");
  await Promise.all(readers);
  await expect.poll(() => fetch(`${url}/livez`).catch((error) => error.cause?.code)).toBe("ECONNREFUSED");
  await lock.query("rollback");
  lock.release();
  for (const response of await Promise.all(slow)) expect(response.status).toBe(200);
  expect(await ended).toBe(0);
});

it("answers 408 to a request that never arrives as a whole, and ends in time all the same", async () => {
  const { child, url } = await startServer();
  await addPerson(stage, SET_UP, { name: "slow", roles: ["service"] });
  const { token } = await issueToken(stage, SET_UP, { name: "slow", ttlMs: 600_000 });
  const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("latin1");
  let heard = "";
  socket.on("data", (chunk) => {
    heard += chunk;
  });
  socket.write(
    `POST /v1/outcomes HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
  );
  await expect.poll(() => heard).toMatch(/^HTTP\/1\.1 100 /); // its head is there
  expect(await end(child, "SIGTERM")).toBe(0);
  expect(heard).toMatch(/\r\nHTTP\/1\.1 408 /);
  expect(heard).toContain('"code":"request_timeout"');
});

/** Requests for the runs; what is live is asked for meanwhile, too. */
async function countWaiting({ database }: Stage): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    "select count(*) as n from pg_stat_activity where application_name = 'holt-server' and wait_event_type = 'Lock' and datname = current_database() and query like '%started_by%'",
  );
  return rows[0]?.n ?? 0;
}

it("starts the workflows of runs that were opened while nobody had Temporal", async () => {
  await stage.apply();
  const run = { model: "shelf", runKey: "waits", baselineOnly: false, fresh: false };
  const { workflowId } = await startRun({ database: stage.database }, stage.engineer, run);
  await startServer();
  const handle = stage.temporal.workflow.getHandle(workflowId);
  await expect.poll(() => handle.describe().catch(() => undefined)).toMatchObject({ type: "lifecycle" });
});

it("is ready without Temporal, and says that it is away", async () => {
  const { url } = await startServer({ TEMPORAL_ADDRESS: "127.0.0.1:1" });
  const health = async () => {
    const response = await fetch(`${url}/readyz`);
    return (await response.json()) as object;
  };
  await expect.poll(health).toMatchObject({ status: "degraded", database: "ok" });
  expect(await health()).not.toMatchObject({ temporal: "ok" });
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
});

it("logs what failed inside it without a row's values", async () => {
  const { child, url } = await startServer();
  let log = "";
  child.stdout?.on("data", (chunk) => {
    log += chunk;
  });
  child.stdout?.resume();
  await addPerson(stage, SET_UP, { name: "cleo", roles: ["viewer"] });
  const { token } = await issueToken(stage, SET_UP, { name: "cleo", ttlMs: 600_000 });
  const { pool } = stage.database;
  await pool.query(`create function refuse() returns trigger language plpgsql as
    $$ begin raise 'Toy Story' using errcode = '22000', detail = 'Toy Story'; end $$`);
  await pool.query("create trigger refuse before insert on session for each row execute function refuse()");
  onTestFinished(async () => void (await pool.query("drop function refuse cascade")));
  const answer = await fetch(`${url}/api/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ token }),
  });
  expect(await answer.json()).toMatchObject({ status: 500, code: "internal" });
  await expect.poll(() => log).toContain('"code":"22000"');
  expect(log).not.toContain("Toy Story");
});

it("ends with 1 and a sentence when its settings make no sense", async () => {
  const child = spawn(process.execPath, ["server/server.ts"], {
    env: { ...process.env, DATABASE_URL: stage.database.url, HOLT_PORT: "many" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(said).toContain('HOLT_PORT: "many" is not a port; write a number from 0 to 65535');
});
