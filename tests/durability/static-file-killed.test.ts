/** kill -9 and SIGSTOP of the worker while it writes the JSON file of a static model. */
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { StaticBody } from "../../core/static-file.ts";
import { addRule } from "../../db/editorial-rules.ts";
import { listStaticFiles } from "../../db/static-files.ts";
import { findLive } from "../../db/versions.ts";
import { readPublished } from "../../store/published-folder.ts";
import { decideRun, start, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { spawnWorker, startWorkers, type WorkerProcess } from "../support/workers.ts";

const TIMEOUT_MS = 240_000;
const LEARNED = { candidates: { similar: { trainer: "item_similarity", neighbours: 10 } } } as const;
let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(async () => {
  await stage.close();
});

async function killAt(worker: WorkerProcess, failpoint: string): Promise<void> {
  await worker.says({ failpoint });
  await worker.kill();
}

it("leaves the file before whole when it is killed while it writes one, and the next worker writes what is newest", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { db } = stage.database;
  const root = join(stage.files, "cdn");
  await mkdir(root);
  const env = { HOLT_STATIC_FOLDER: root };
  const read = async () => (await readPublished(root, "shelf.json"))?.body as StaticBody | undefined;
  await stage.apply({ ...LEARNED, deployment: { kind: "static", k: 5, similarItems: 40 } });
  const run = await start(stage, { runKey: "first" });
  const worker = spawnWorker(stage, ["before static rename"], env);
  await untilRun(stage, run, "waiting_for_review");
  await decideRun(stage, run, "approve");
  await killAt(worker, "before static rename");
  expect(await read()).toBeUndefined();
  expect((await findLive(db, "shelf"))?.version).toBe(1);
  let stopWorkers = await startWorkers(stage, { staticFolder: root });
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  const first = await until("the file", read);
  expect(first).toMatchObject({ version: 1, fence: 1 });
  await stopWorkers();

  const ban = (itemId: string) =>
    addRule(db, "shelf", { proof: stage.reviewer.proof.reveal(), kind: "ban", itemId, reason: "recalled" });
  const [one, two, three] = first.lists.popular as [string, string, string];
  await ban(one);
  for (const point of ["in static file", "before static rename"]) {
    const killed = spawnWorker(stage, [point], env);
    await killAt(killed, point);
    expect(await read()).toEqual(first);
  }
  expect((await readdir(root)).filter((name) => name.endsWith(".part"))).toHaveLength(1);

  // One that is stopped just before its rename: who comes after has to wait, so nothing older comes after something newer.
  const hanging = spawnWorker(stage, ["before static rename"], env);
  await hanging.says({ failpoint: "before static rename" });
  process.kill(hanging.pid, "SIGSTOP");
  await ban(two);
  stopWorkers = await startWorkers(stage, { staticFolder: root });
  await until("the second worker to say what it waits for", async () =>
    (await listStaticFiles(db, "shelf"))[0]?.problem?.includes(
      "another process has had the folder's lock for 10 s",
    ),
  );
  expect(await read()).toEqual(first);
  await hanging.kill();
  const second = await until("both bans", async () => {
    const body = await read();
    return body?.lists.popular.includes(three) && !body.lists.popular.includes(two) && body;
  });
  for (const list of [second.lists.popular, ...Object.values(second.lists.similar)])
    for (const banned of [one, two]) expect(list).not.toContain(banned);
  expect((await readdir(root)).sort()).toEqual([".holt", "shelf.json"]);
  await until("no problem any more", async () => (await listStaticFiles(db, "shelf"))[0]?.problem === null);
  await stopWorkers();
});
