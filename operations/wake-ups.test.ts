import { Client, type WorkflowClientInterceptor } from "@temporalio/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { listDecisions } from "../db/decisions.ts";
import { getRun } from "../db/runs.ts";
import { addActor } from "../tests/support/actors.ts";
import { setRunEnd } from "../tests/support/end-run.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import type { OperationsContext } from "./context.ts";
import { decide } from "./decide.ts";
import { connectTemporal } from "./temporal.ts";
import { deliverWakeUps } from "./wake-ups.ts";

let stage: Stage;
let context: OperationsContext;
beforeAll(async () => {
  stage = await openStage();
  context = { database: stage.database, temporal: stage.temporal };
});
afterAll(() => stage.close());

let models = 0;

/** A run that waits for review, and its workflow; of a model of its own, since a newer run would take its place. */
async function setUp() {
  const named = { model: `shop${++models}` };
  const { runId, model, releaseDigest, reportDigest } = await addOpenReview(stage.database.db, named);
  const workflowId = `run/${model}/${runId.slice(model.length + 1)}`;
  const handle = await stage.temporal.workflow.start("lifecycle", {
    workflowId,
    taskQueue: "pipeline",
    args: [{ runId }],
  });
  const rita = await addActor(context, "reviewer");
  const approve = (from: OperationsContext) =>
    decide(
      from,
      rita,
      runId,
      { verdict: "approve", releaseDigest, reportDigest, reason: "", override: false },
      "cli",
    );
  const signals = async () =>
    (await handle.fetchHistory()).events?.flatMap(
      ({ workflowExecutionSignaledEventAttributes: event }) => event?.signalName ?? [],
    );
  const open = async () => {
    const rows = await stage.database.db
      .selectFrom("wake_up")
      .select("id")
      .where("workflow_id", "=", workflowId)
      .where("delivered_at", "is", null)
      .execute();
    return rows.length;
  };
  return { handle, runId, approve, signals, open };
}

it("wakes the run at once when Temporal is there", async () => {
  const { approve, signals, open } = await setUp();
  await approve(context);
  expect(await signals()).toEqual(["approval"]);
  expect(await open()).toBe(0);
});

it("keeps the decision while Temporal is down, says so, and wakes the run once when it is back", async () => {
  const { approve, signals, open } = await setUp();
  const nobody = connectTemporal({ temporalAddress: "127.0.0.1:1", temporalNamespace: "default" });
  const delays: Error[] = [];
  const onDelay = (error: Error) => delays.push(error);
  const decision = await approve({ database: stage.database, temporal: nobody.client, onDelay });
  await nobody.close();
  expect(decision).toMatchObject({ verdict: "approve" });
  expect(delays).toHaveLength(1);
  expect(await signals()).toEqual([]);
  expect(await open()).toBe(1);
  await Promise.all(Array.from({ length: 10 }, () => deliverWakeUps(context)));
  expect(await signals()).toEqual(["approval"]);
  expect(await open()).toBe(0);
});

it("says that the run has failed when its workflow is gone, keeps the decision, and leaves no wake-up", async () => {
  const { handle, runId, approve, open } = await setUp();
  await handle.terminate("the test ends it");
  await expect(approve(context)).rejects.toThrow(
    "what you said is kept, but the run has failed: its workflow was",
  );
  expect(await getRun(stage.database.db, runId)).toMatchObject({ state: "failed", outcome: "failed" });
  expect(await listDecisions(stage.database.db, runId)).toMatchObject([{ verdict: "approve" }]);
  expect(await open()).toBe(0);
});

it("leaves a run that has ended alone", async () => {
  const { handle, runId, approve, open } = await setUp();
  await approve({ database: stage.database });
  const end = { state: "finished", outcome: "rejected", reason: "as it was" } as const;
  await setRunEnd(stage.database.db, runId, end);
  await handle.terminate("the test ends it");
  expect(await deliverWakeUps(context)).toMatchObject({ delivered: 1, errors: [], lost: [] });
  expect(await open()).toBe(0);
  expect(await getRun(stage.database.db, runId)).toMatchObject({
    state: "finished",
    outcome_reason: "as it was",
  });
});

it("sends the others when one cannot be sent, whatever is wrong with it", async () => {
  const [bad, good] = [await setUp(), await setUp()];
  for (const { approve } of [bad, good]) await approve({ database: stage.database });
  const refuseBad: WorkflowClientInterceptor = {
    async signal(input, next) {
      if (input.workflowExecution.workflowId === bad.handle.workflowId)
        throw new TypeError("cannot be encoded");
      await next(input);
    },
  };
  const { connection, options } = stage.temporal;
  const temporal = new Client({
    connection,
    namespace: options.namespace,
    interceptors: { workflow: [refuseBad] },
  });
  const { errors } = await deliverWakeUps({ ...context, temporal });
  expect(errors.map(({ message }) => message)).toEqual(["cannot be encoded"]);
  expect([await bad.open(), await good.open()]).toEqual([1, 0]);
  expect(await good.signals()).toEqual(["approval"]);
});
