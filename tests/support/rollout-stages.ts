/** What tests of rollouts wait for, and say in a server's place. */
import { randomUUID } from "node:crypto";
import type { Safeguard } from "../../core/api.ts";
import { noCounts } from "../../core/rollout-judge.ts";
import { exposureLine, outcomeLine } from "../../db/exposure-lines.ts";
import { storeSpooled } from "../../db/exposures.ts";
import { listStages } from "../../db/rollouts.ts";
import { type Arm, writeCounts } from "../../db/servers.ts";
import { putUpSafeguard } from "../../operations/safeguards.ts";
import { timedId } from "../../store/timed-id.ts";
import type { Stage } from "./open-stage.ts";
import { approve, decideRun, operationsOf, start, type TestRun, untilRun } from "./runs.ts";
import { until } from "./until.ts";

/** Version 1, the popularity list, is live; a run of a learned version has been approved. */
export async function approvedBeside(stage: Stage, rollout: object): Promise<TestRun> {
  await stage.apply({ rollout });
  const first = await approve(stage, await start(stage, { baselineOnly: true, runKey: "first" }));
  if (first.outcome !== "deployed") throw new Error(`the first run ended as ${first.outcome}`);
  const run = await start(stage, { runKey: "second" });
  await untilRun(stage, run, "waiting_for_review");
  await decideRun(stage, run, "approve");
  return run;
}

export function untilStage(stage: Stage, run: TestRun, kind: string, state = "running") {
  return until(`stage ${kind} ${state}`, async () =>
    (await listStages(stage.database.db, run.runId)).find((row) => row.kind === kind && row.state === state),
  );
}

/** What a server would have counted. */
export async function countAnswers(
  stage: Stage,
  { runId, stage: at }: { runId: string; stage: number },
  arms: Partial<Record<Arm, readonly [requests: number, errors: number]>>,
): Promise<void> {
  const counts = Object.entries(arms).map(([arm, [requests, errors]]) => ({
    ...{ ...noCounts(), runId, stage: at, arm: arm as Arm, requests, errors },
  }));
  await writeCounts(stage.database.db, randomUUID(), counts);
}

/** A list was shown to each of these people, and some clicked. */
export async function tellClicks(
  stage: Stage,
  people: readonly string[],
  doesClick: (user: string, at: number) => boolean,
): Promise<void> {
  const of = { model: "shelf", version: 1, arm: "champion", fallback: false, k: 1, context: {} };
  const shown = people.map((user) => ({ user, id: timedId(), items: [{ id: "i1", score: 1 }] }));
  const clicked = shown.filter(({ user }, at) => doesClick(user, at));
  const outcomes = clicked.map(({ user, id }) => ({
    outcome: { kind: "click" as const, id: user, recommendationId: id, itemId: "i1" },
    personId: randomUUID(),
    receivedMs: Date.now(),
  }));
  const exposures = shown.map((one) => Buffer.from(exposureLine({ ...of, ...one })));
  await storeSpooled(stage.database, "exposure", exposures);
  await storeSpooled(
    stage.database,
    "outcome",
    outcomes.map((one) => Buffer.from(outcomeLine(one))),
  );
}

/** Nothing new of the small model goes live for an hour. */
export async function freezeShelf(stage: Stage): Promise<Safeguard> {
  await stage.apply();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const wanted = { kind: "freeze", model: "shelf", until, reason: "the office is closed" } as const;
  return putUpSafeguard(operationsOf(stage), stage.engineer, wanted);
}

/** A run of the popularity list that has been approved, and may not be live yet. */
export async function approvedBaseline(stage: Stage): Promise<TestRun> {
  const run = await start(stage, { baselineOnly: true, runKey: "run" });
  await untilRun(stage, run, "waiting_for_review");
  await decideRun(stage, run, "approve");
  return run;
}
