/**
 * kill -9 of the worker while it writes everybody's list into a table, and while that is swapped in: who reads meanwhile
 * sees whole versions only, and what is there in the end is what an undisturbed worker leaves.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Recommendations } from "../../core/api.ts";
import { findLists } from "../../db/materialised.ts";
import { forEachHistory } from "../../db/people-histories.ts";
import { findStepDetail } from "../../db/steps.ts";
import { findLive } from "../../db/versions.ts";
import { loadRecommender } from "../../scoring/recommender.ts";
import { approve, decideRun, start, type TestRun, untilRun } from "../support/runs.ts";
import { testServer } from "../support/server.ts";
import { ratingsCsv } from "../support/small-model.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { spawnWorker, startWorkers, type WorkerProcess } from "../support/workers.ts";

const TIMEOUT_MS = 240_000;
const LEARNED = { candidates: { similar: { trainer: "item_similarity", neighbours: 10 } } } as const;
/** A test's token lives for a minute. */
const TOKEN_MS = 30_000;
/** More than two commits of 500. */
const PEOPLE = 1_100;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
let stopReading = async () => {};
afterEach(async () => {
  await stopReading();
  await stage.close();
});

/** The small model's people, each many times under other names. */
function manyPeople(): string {
  const [heading, ...lines] = ratingsCsv().trimEnd().split("\n");
  const copies = Array.from({ length: Math.ceil(PEOPLE / 60) }, (_, copy) =>
    lines.map((line) => line.replace(/^p/, `p${copy}-`)),
  );
  return `${[heading, ...copies.flat()].join("\n")}\n`;
}

/** What the live version's model says to everybody of its run. */
async function listsByHand(stage: Stage, { runId }: TestRun, k: number) {
  const { db } = stage.database;
  const live = await findLive(db, "shelf");
  const built = await findStepDetail(db, { runId, step: "feature:interactions" });
  const model = await loadRecommender(await stage.artifacts.get(String(live?.release.artifactDigest)));
  const lists = new Map<string, string[]>();
  await forEachHistory(db, String(built?.["tableName"]), {}, async ({ userId, items }) => {
    lists.set(
      userId,
      (await model.recommend(items, k)).map(({ itemId }) => itemId),
    );
  });
  await model.close();
  return lists;
}

async function readLists(stage: Stage, version: number) {
  const { rows } = await sql<{ user_id: string; items: string[] }>`
    select user_id, items from ${sql.table(`lists.shelf_${version}`)} order by user_id`.execute(
    stage.database.db,
  );
  return new Map(rows.map(({ user_id, items }) => [user_id, items]));
}

async function killAt(worker: WorkerProcess, failpoint: string): Promise<void> {
  await worker.says({ failpoint });
  await worker.kill();
}

/** Asks for some people's lists again and again, until it is stopped; all that it was answered. */
async function startReading(stage: Stage, users: readonly string[]) {
  const server = await testServer(stage.database, { artifactsFolder: stage.artifactsFolder });
  let headers = await server.asProgram("service");
  let since = performance.now();
  const answers: { user: string; status: number; body: Recommendations }[] = [];
  let isStopped = false;
  const read = async () => {
    while (!isStopped)
      for (const user of users) {
        if (performance.now() - since > TOKEN_MS) {
          headers = await server.asProgram("service");
          since = performance.now();
        }
        const url = `/v1/models/shelf/recommendations?user=${user}&k=9&expose=0`;
        const answer = await server.app.inject({ url, headers });
        answers.push({ user, status: answer.statusCode, body: answer.json() });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
  };
  await expect.poll(() => server.live.states()["shelf"]?.version).toBe(1);
  const reading = read();
  stopReading = async () => {
    isStopped = true;
    await reading;
  };
  const served = (version: number) =>
    until(`version ${version} served`, async () => answers.at(-1)?.body.version === version);
  return {
    answers,
    served,
    async stop() {
      await stopReading();
      await server.close();
    },
  };
}

it("leaves nobody out, and shows nobody half a version, when it is killed while it writes everybody's list and while these are swapped in", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { db } = stage.database;
  await writeFile(join(stage.files, "ratings.csv"), manyPeople());
  await stage.apply({ ...LEARNED, deployment: { kind: "materialised", k: 6 } });
  let stopWorkers = await startWorkers(stage);
  const first = await start(stage, { runKey: "first" });
  expect(await approve(stage, first)).toMatchObject({ outcome: "deployed" });
  const users = ["p0-00", "p7-31", "p18-59"];
  const reader = await startReading(stage, users);
  const before = await listsByHand(stage, first, 6);
  expect(before.size).toBeGreaterThan(PEOPLE);
  expect(await readLists(stage, 1)).toEqual(before);
  await stopWorkers();

  await stage.apply({ ...LEARNED, deployment: { kind: "materialised", k: 9 } });
  const run = await start(stage, { runKey: "second" });
  let worker = spawnWorker(stage, ["in lists"]);
  await untilRun(stage, run, "waiting_for_review");
  await decideRun(stage, run, "approve");
  await killAt(worker, "in lists");
  expect(await findLists(db, { model: "shelf", version: 2 })).toMatchObject({
    people: 500,
    finished_at: null,
  });
  worker = spawnWorker(stage, ["in lists"]);
  await killAt(worker, "in lists");
  expect(await findLists(db, { model: "shelf", version: 2 })).toMatchObject({
    people: 1_000,
    finished_at: null,
  });
  worker = spawnWorker(stage, ["in flip"]);
  await killAt(worker, "in flip");
  expect((await findLive(db, "shelf"))?.version).toBe(1);
  stopWorkers = await startWorkers(stage);
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  await reader.served(2);
  await reader.stop();
  await stopWorkers();

  const after = await listsByHand(stage, run, 9);
  expect(await readLists(stage, 2)).toEqual(after);
  const expected = { 1: before, 2: after };
  for (const { user, status, body } of reader.answers) {
    const own = body.items.filter(({ filled }) => !filled).map(({ id }) => id);
    expect([status, user, body.version, own]).toEqual([
      200,
      user,
      body.version,
      expected[body.version as 1 | 2].get(user),
    ]);
  }
  expect(new Set(reader.answers.map(({ body }) => body.version))).toEqual(new Set([1, 2]));
});
