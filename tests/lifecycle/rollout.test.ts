/** A signed version meets real traffic in stages, beside what is live; checks or a person end it, or let it go live. */
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Recommendations } from "../../core/api.ts";
import { listStages } from "../../db/rollouts.ts";
import { getRun } from "../../db/runs.ts";
import { findStep } from "../../db/steps.ts";
import { findLive } from "../../db/versions.ts";
import { listHistory } from "../../db/views/versions.ts";
import { answerRollout } from "../../operations/answer-rollout.ts";
import { liftSafeguard } from "../../operations/safeguards.ts";
import { placeOf } from "../../store/place-of.ts";
import { expectNoTaskFailed } from "../support/history.ts";
import {
  approvedBaseline,
  approvedBeside,
  countAnswers,
  freezeShelf,
  tellClicks,
  untilStage,
} from "../support/rollout-stages.ts";
import { decideRun, operationsOf, start, untilRun } from "../support/runs.ts";
import { testServer } from "../support/server.ts";
import { openStage, type Stage } from "../support/stage.ts";
import { until } from "../support/until.ts";
import { startWorkers } from "../support/workers.ts";

/** Of the small model. */
const PEOPLE = Array.from({ length: 40 }, (_, at) => `p${String(at).padStart(2, "0")}`);
const CHECKS = { maxErrorIncrease: 0.01 };

let stage: Stage;
let stopWorkers: () => Promise<void>;

beforeEach(async () => {
  stage = await openStage();
  stopWorkers = await startWorkers(stage);
});
afterEach(async () => {
  await stopWorkers();
  await stage.close();
});

it("is asked in the shadow, answers a share of the people, always the same ones, and then everybody", async () => {
  const server = await testServer(stage.database, { artifactsFolder: stage.artifactsFolder });
  const run = await approvedBeside(stage, {
    shadow: { for: "1 s", requests: 30 },
    canary: [{ share: 0.5, for: "1 s", requests: 30 }],
    checks: { ...CHECKS, minAgreement: 0 },
  });
  const headers = await server.asProgram("service");
  const seen = new Map<string, Set<string>>();
  let ended = false;
  const result = run.workflow.result().finally(() => {
    ended = true;
  });
  for (; !ended; await pause(50))
    for (const person of PEOPLE) {
      const url = `/v1/models/shelf/recommendations?user=${person}`;
      const answer = await server.app.inject({ url, headers });
      expect(answer.statusCode).toBe(200);
      const { user, version, arm } = answer.json<Recommendations>();
      const kind = `${arm} ${version}`;
      seen.set(kind, (seen.get(kind) ?? new Set()).add(user));
    }
  expect(await result).toEqual({ outcome: "deployed" });

  const inShare = new Set(PEOPLE.filter((user) => placeOf(run.runId, user) < 0.5));
  const canary = seen.get("canary 2") ?? new Set();
  expect(canary.size).toBeGreaterThan(0);
  expect(canary.difference(inShare)).toEqual(new Set());
  const stages = await listStages(stage.database.db, run.runId);
  expect(stages.map(({ kind, share, state }) => [kind, share, state])).toEqual([
    ["warm", 0, "passed"],
    ["shadow", 0, "passed"],
    ["canary", 0.5, "passed"],
  ]);
  expect(stages[0]?.checks).toMatchObject([{ text: "servers: 1 of 1 have it in memory" }]);
  expect(stages[1]?.checks).toMatchObject([{ id: "errors" }, { id: "agreement", verdict: "pass" }]);
  expect(await stage.database.db.selectFrom("traffic").selectAll().execute()).toEqual([]);
  expect(await findLive(stage.database.db, "shelf")).toMatchObject({ version: 2 });
  expect(server.live.states()["shelf"]).toEqual({ version: 2, problem: null, warm: [1] });
  expect(server.problems).toEqual([]);
  await expectNoTaskFailed(run.workflow);
});

it("goes back by itself when the canary's answers fail more often, and what is live stays", async () => {
  const run = await approvedBeside(stage, {
    canary: [{ share: 0.05, for: "1 h", requests: 1_000_000 }],
    checks: CHECKS,
  });
  await untilStage(stage, run, "canary");
  await countAnswers(stage, { runId: run.runId, stage: 1 }, { champion: [5_000, 2], canary: [400, 40] });
  await countAnswers(stage, { runId: run.runId, stage: 1 }, { champion: [5_000, 1], canary: [400, 30] });
  expect(await run.workflow.result()).toEqual({ outcome: "rolled_back" });
  const { state, outcome_reason: reason } = await getRun(stage.database.db, run.runId);
  expect(state).toBe("finished");
  expect(reason).toBe(
    "canary, 5 %: failed answers: 8.75 % of 800, the live version's 0.03 % of 10000; at most 1 % more may be",
  );
  expect(await findLive(stage.database.db, "shelf")).toMatchObject({ version: 1, fence: 1 });
  expect(await stage.database.db.selectFrom("traffic").selectAll().execute()).toEqual([]);
  expect(
    (await listHistory(stage.database.db, "shelf")).map(({ kind, version, share }) => [kind, version, share]),
  ).toEqual([
    ["canary", 2, 0.05],
    ["deploy", 1, 1],
  ]);
  await expectNoTaskFailed(run.workflow);
});

it("goes back by itself when the canary's people surely click less, though nothing fails", async () => {
  const { db } = stage.database;
  const run = await approvedBeside(stage, {
    canary: [{ share: 0.5, for: "1 h", requests: 1_000_000 }],
    checks: { maxClickDecrease: 0.05 },
  });
  await untilStage(stage, run, "canary");
  const people = Array.from({ length: 600 }, (_, at) => `viewer ${at}`);
  const isIn = (user: string) => placeOf(run.runId, user) < 0.5;
  await tellClicks(stage, people, (user, at) => at % (isIn(user) ? 50 : 2) === 0);
  expect(await run.workflow.result()).toEqual({ outcome: "rolled_back" });
  const { outcome_reason: reason } = await getRun(db, run.runId);
  expect(reason).toMatch(
    /^canary, 50 %: people who clicked: [\d.]+ % of \d+, with the live version [\d.]+ % of \d+; at most 5 % less may be$/,
  );
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1, fence: 1 });
  await expectNoTaskFailed(run.workflow);
});

it("asks a person when it cannot tell, and goes on or back as they say", async () => {
  const few = { canary: [{ share: 0.05, for: "1 s", requests: 1_000 }], checks: CHECKS, patience: "1 s" };
  const first = await approvedBeside(stage, few);
  await untilRun(stage, first, "needs_attention");
  const held = await untilStage(stage, first, "canary", "held");
  expect(held.checks.at(-1)).toMatchObject({ id: "requests", verdict: "inconclusive" });
  const back = { stage: held.stage, answer: "back" as const, reason: "complaints" };
  await answerRollout(operationsOf(stage), stage.engineer, first.runId, back);
  expect(await first.workflow.result()).toEqual({ outcome: "rolled_back" });
  expect((await getRun(stage.database.db, first.runId)).outcome_reason).toBe(
    "canary, 5 %: ended by erin: complaints",
  );

  const second = await start(stage, { runKey: "third" });
  await untilRun(stage, second, "waiting_for_review");
  await decideRun(stage, second, "approve");
  await untilStage(stage, second, "canary", "held");
  const goOn = { stage: 1, answer: "go_on" as const, reason: "looked at the lists" };
  await answerRollout(operationsOf(stage), stage.engineer, second.runId, goOn);
  expect(await second.workflow.result()).toEqual({ outcome: "deployed" });
  expect(await findLive(stage.database.db, "shelf")).toMatchObject({ version: 2, runId: first.runId });
  await expectNoTaskFailed(second.workflow);
});

it("stops with its run, however that ends, and lets the next one begin", async () => {
  const run = await approvedBeside(stage, {
    canary: [{ share: 0.05, for: "1 h", requests: 10 }],
    checks: CHECKS,
  });
  await untilStage(stage, run, "canary");
  await run.workflow.cancel();
  await expect(run.workflow.result()).rejects.toThrow();
  await until("the end", async () => (await getRun(stage.database.db, run.runId)).finished_at ?? undefined);
  expect(await stage.database.db.selectFrom("traffic").selectAll().execute()).toEqual([]);
  expect((await listStages(stage.database.db, run.runId)).at(-1)).toMatchObject({ state: "ended" });
});

it("waits while its model is frozen, says so, and goes live once that is lifted", async () => {
  const { db } = stage.database;
  const { id } = await freezeShelf(stage);
  const run = await approvedBaseline(stage);
  const waiting = await until("the wait", async () => {
    const step = await findStep(db, { runId: run.runId, step: "deploy" });
    return step?.progress?.startsWith("waits for the end of a freeze") ? step : undefined;
  });
  expect(waiting).toMatchObject({
    state: "running",
    progress: expect.stringContaining("the office is closed"),
  });
  expect(await findLive(db, "shelf")).toBeUndefined();
  await liftSafeguard(operationsOf(stage), stage.engineer, id);
  expect(await run.workflow.result()).toEqual({ outcome: "deployed" });
  expect(await findLive(db, "shelf")).toMatchObject({ version: 1 });
  await expectNoTaskFailed(run.workflow);
});
