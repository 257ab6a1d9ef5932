/** From staging to production by the `holt` command: exported, imported, reviewed again, and live with the same answers. */
import { join } from "node:path";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DefinitionInput } from "../../core/definition.ts";
import { sampleHistories } from "../../db/sample-histories.ts";
import { findStepDetail } from "../../db/steps.ts";
import { findLive } from "../../db/versions.ts";
import { listHistory } from "../../db/views/versions.ts";
import { loadRecommender } from "../../scoring/recommender.ts";
import { addActor } from "../support/actors.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { type HoltEnv, holt } from "../support/holt.ts";
import { asLogin } from "../support/logins.ts";
import { approve, decideRun, start, statesOf, untilRun } from "../support/runs.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

let staging: Stage;
let production: Stage;
let stopWorkers: () => Promise<void>;

beforeAll(async () => {
  [staging, production] = [await openStage(), await openStage()];
  const stops = [await startWorkers(staging), await startWorkers(production)];
  stopWorkers = async () => void (await Promise.all(stops.map((stop) => stop())));
  const change: Partial<DefinitionInput> = {
    rules: [{ kind: "ban", name: "recalled", item: "i07" }],
    deployment: { kind: "materialised", k: 8 },
  };
  await staging.apply(change);
  await production.apply(change);
});
afterAll(async () => {
  await stopWorkers();
  await Promise.all([staging.close(), production.close()]);
});

it("goes live in production with staging's answers, by production's own decision", async () => {
  const made = await start(staging, { runKey: "made", baselineOnly: true });
  await untilRun(staging, made, "waiting_for_review");
  await decideRun(staging, made, "approve", "fit for the weekend");
  await made.workflow.result();

  const file = join(staging.files, "shelf.holt");
  const key = join(staging.files, "staging.pem");
  const away = { ...envOf(staging), HOLT_ENVIRONMENT: "staging", HOLT_ENVIRONMENT_KEY_FILE: key };
  expect(await holt(["keys", "make"], away)).toMatchObject({ code: 0, stderr: "" });
  expect(await holt(["export", "shelf", "1", "--out", file], away)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`from run ${made.runId}, signed as "staging"`),
    stderr: "",
  });

  const here = envOf(production);
  const admin = await addActor({ database: production.database }, "admin");
  const publicFile = join(staging.files, "staging.pub.pem");
  const trusted = await holt(["keys", "trust", publicFile, "--name", "staging"], {
    ...here,
    HOLT_TOKEN: admin.proof.reveal(),
  });
  expect(trusted).toMatchObject({ code: 0, stderr: "" });
  const imported = await holt(["import", file, "--json"], here);
  expect(imported).toMatchObject({ code: 3, stderr: "" });
  const { runId } = JSON.parse(imported.stdout) as { runId: string };
  const run = {
    runId,
    workflow: production.temporal.workflow.getHandle(`run/shelf/${runId.slice("shelf-".length)}`),
  };
  await untilRun(production, run, "waiting_for_review");
  expect(await statesOf(production, run)).toEqual({
    "ingest:ratings": "done",
    "ingest:titles": "done",
    "feature:items": "done",
    "feature:interactions": "done",
    "step:every_rating_has_a_title": "done",
    choose: "done",
    qa: "done",
    review: "running",
    deploy: "waiting",
  });
  expect(await findLive(production.database.db, "shelf")).toBeUndefined();

  const shown = await holt(["review", "show", runId], here);
  expect(shown.stdout).toMatch(new RegExp(`^imported from +staging, run ${made.runId} there, by erin `, "m"));
  expect(shown.stdout).toMatch(/^ +there approved by rita \(staging\) .+: fit for the weekend$/m);
  expect(await approve(production, run)).toMatchObject({ outcome: "deployed" });
  await expectNoTaskFailed(run.workflow);

  const [there, live] = [
    await findLive(staging.database.db, "shelf"),
    await findLive(production.database.db, "shelf"),
  ];
  expect(await production.artifacts.isSound(String(there?.release.rulesDigest))).toBe(true);
  expect(live).toMatchObject({ version: 1, releaseDigest: there?.releaseDigest, runId });
  expect(await answersOf(production, run.runId)).toEqual(await answersOf(staging, made.runId));
  // what came as a file is written out over production's own people
  const lists = await listsOf(production);
  expect(lists).toHaveLength(60);
  expect(lists).toEqual(await listsOf(staging));
  expect(await listHistory(production.database.db, "shelf")).toMatchObject([
    { kind: "deploy", version: 1, by: "rita", importedFrom: "staging", runId },
  ]);
  const again = await holt(["import", file], here);
  expect(again).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("was imported from this file before; nothing was imported again"),
  });
});

async function listsOf({ database: { db } }: Stage) {
  return (await sql`select * from lists.shelf_1 order by user_id`.execute(db)).rows;
}

/** As the stage's engineer, with the rights of a server's login. */
function envOf(stage: Stage): HoltEnv {
  return {
    DATABASE_URL: asLogin(stage.database.url, "server"),
    TEMPORAL_ADDRESS: stage.temporalAddress,
    TEMPORAL_NAMESPACE: stage.namespace,
    HOLT_ARTIFACTS: stage.artifactsFolder,
    HOLT_TOKEN: stage.engineer.proof.reveal(),
  };
}

/** What the live version answers to people of the run's own interactions, and to somebody new. */
async function answersOf({ database: { db }, artifacts }: Stage, runId: string) {
  const live = await findLive(db, "shelf");
  const built = await findStepDetail(db, { runId, step: "feature:interactions" });
  const histories = await sampleHistories(db, String(built?.["tableName"]), 20);
  const answers = [];
  for (const digest of [live?.release.artifactDigest, live?.release.fallbackDigest]) {
    const recommender = await loadRecommender(await artifacts.get(String(digest)));
    for (const history of [[], ...histories]) answers.push(await recommender.recommend(history, 5));
    await recommender.close();
  }
  expect(answers.some((answer) => answer.length === 5)).toBe(true);
  return answers;
}
