/** Every way a run ends, on real data, with real workers. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { listDecisions } from "../../db/decisions.ts";
import { addDefinition, setCurrentDefinition } from "../../db/definitions.ts";
import { listDeployments } from "../../db/deployments.ts";
import { getRun } from "../../db/runs.ts";
import { findLive } from "../../db/versions.ts";
import { getReviewDetail, listReviews } from "../../db/views/reviews.ts";
import { digestOf } from "../../store/digest.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import { approve, decideRun, start, statesOf, untilRun } from "../support/runs.ts";
import { smallModelParsed } from "../support/small-model.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { startWorkers } from "../support/workers.ts";

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeAll(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
});
afterAll(async () => {
  await stopWorkers();
  await stage.close();
});

it("ends before the review when a check of severity error fails", async () => {
  await stage.apply({
    qa: { itemCoverage: { atLeast: 1, severity: "error" }, peopleCoverage: { atLeast: 1 } },
  });
  const run = await start(stage, { runKey: "bad" });
  expect(await run.workflow.result()).toEqual({ outcome: "qa_failed" });
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({
    state: "finished",
    outcome: "qa_failed",
  });
  const reviews = stage.database.db.selectFrom("review").selectAll().where("run_id", "=", run.runId);
  expect(await reviews.execute()).toEqual([]);
  // nobody is asked, but whoever mends it sees which check failed
  expect(await getReviewDetail(stage.database.db, run.runId)).toMatchObject({
    state: "stopped",
    verdict: "fail",
    decisions: [],
  });
  expect(await listReviews(stage.database.db)).toEqual([]);
  await expectNoTaskFailed(run.workflow);
});

it("ends with the reason when it is rejected, and nothing goes live", async () => {
  await stage.apply();
  const run = await start(stage, { runKey: "rejected" });
  await untilRun(stage, run, "waiting_for_review");
  await decideRun(stage, run, "reject", "too few new items");
  expect(await run.workflow.result()).toEqual({ outcome: "rejected" });
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({
    state: "finished",
    outcome: "rejected",
    outcome_reason: "rejected by rita: too few new items",
  });
  expect(await statesOf(stage, run)).toMatchObject({ review: "done", deploy: "skipped" });
  expect(await findLive(stage.database.db, "shelf")).toBeUndefined();
  await expectNoTaskFailed(run.workflow);
});

it("expires when nobody decides in time, and a decision afterwards is refused", async () => {
  await stage.apply({ review: { expiresAfter: "2 s" } });
  const run = await start(stage, { runKey: "expired" });
  expect(await run.workflow.result()).toEqual({ outcome: "expired" });
  expect(await getRun(stage.database.db, run.runId)).toMatchObject({ state: "finished", outcome: "expired" });
  await expect(decideRun(stage, run, "approve")).rejects.toThrow(/expired|ended/);
  expect(await findLive(stage.database.db, "shelf")).toBeUndefined();
  await expectNoTaskFailed(run.workflow);
});

it("goes from files to a live version: popularity first, then what learned, reusing what is unchanged", async () => {
  const { db } = stage.database;
  await stage.apply();
  const first = await start(stage, { baselineOnly: true, runKey: "first" });
  expect(await approve(stage, first)).toMatchObject({ state: "finished", outcome: "deployed" });
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1, release: { candidate: "popularity" } });

  const second = await start(stage, { runKey: "second" });
  expect(await approve(stage, second)).toMatchObject({
    outcome: "deployed",
    outcome_reason: "version 2 is live",
  });
  const live = await findLive(db, "shelf");
  expect(live).toMatchObject({ version: 2, fence: 2, runId: second.runId });
  expect(["similar", "als"]).toContain(live?.release.candidate);
  expect(await statesOf(stage, second)).toMatchObject({
    "ingest:ratings": "reused",
    "ingest:titles": "reused",
    "train:popularity": "reused",
    "train:als": "reused",
    "evaluate:champion": "done",
    review: "done",
    deploy: "done",
  });
  expect(await listDecisions(db, second.runId)).toMatchObject([{ verdict: "approve", by: "rita" }]);
  expect((await listDeployments(db, "shelf")).map(({ version, by }) => [version, by])).toEqual([
    [2, "rita"],
    [1, "rita"],
  ]);
  for (const run of [first, second]) await expectNoTaskFailed(run.workflow);
});

it("ends without a review when what it chose is live already", async () => {
  const before = await listDeployments(stage.database.db, "shelf");
  const run = await start(stage, { runKey: "again" });
  expect(await run.workflow.result()).toEqual({ outcome: "no_change" });
  const ended = await getRun(stage.database.db, run.runId);
  expect(ended).toMatchObject({ state: "finished", outcome: "no_change" });
  expect(ended.outcome_reason).not.toBe("");
  expect(await statesOf(stage, run)).toMatchObject({
    choose: "done",
    qa: "skipped",
    review: "skipped",
    deploy: "skipped",
  });
  expect(await listDeployments(stage.database.db, "shelf")).toEqual(before);
  await expectNoTaskFailed(run.workflow);
});

it("ends as failed, with the reason, when it cannot be planned", async () => {
  const { db } = stage.database;
  const broken = { ...smallModelParsed(), interactions: "missing" };
  await addDefinition(db, { digest: digestOf(broken), model: "shelf", body: broken, folder: stage.files });
  await setCurrentDefinition(db, "shelf", digestOf(broken));
  const run = await start(stage, { runKey: "unplanned" });
  await expect(run.workflow.result()).rejects.toThrow();
  const ended = await getRun(db, run.runId);
  expect(ended).toMatchObject({ state: "failed", outcome: "failed" });
  expect(ended.outcome_reason).toContain("missing");
  await expectNoTaskFailed(run.workflow);
});

it("starts nothing for a run key that was used before", async () => {
  await stage.apply();
  const run = await start(stage, { runKey: "second" });
  expect(run.runId).toBe("shelf-second");
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
});
