import { afterAll, beforeAll, expect, it } from "vitest";
import { addActor } from "../tests/support/actors.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { approval, stepAnswered } from "../workflows/messages.ts";
import type { OperationsContext } from "./context.ts";
import { decide } from "./decide.ts";
import { connectTemporal } from "./temporal.ts";
import { deliverWakeUps, SIGNALS } from "./wake-ups.ts";

let stage: Stage;
let context: OperationsContext;
beforeAll(async () => {
  stage = await openStage();
  context = { database: stage.database, temporal: stage.temporal };
});
afterAll(() => stage.close());

/** A run that waits for review, and its workflow. */
async function setUp() {
  const { runId, model, releaseDigest, reportDigest } = await addOpenReview(stage.database.db);
  const workflowId = `run/${model}/${runId.slice(model.length + 1)}`;
  const handle = await stage.temporal.workflow.start("lifecycle", {
    workflowId,
    taskQueue: "pipeline",
    args: [{ runId }],
  });
  const rita = await addActor(context, "reviewer");
  const approve = (from: OperationsContext) =>
    decide(from, rita, runId, { verdict: "approve", releaseDigest, reportDigest, reason: "" }, "cli");
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
  return { handle, approve, signals, open };
}

it("names the signals as the workflows do", () => {
  expect(Object.values(SIGNALS)).toEqual([approval.name, stepAnswered.name]);
});

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

it("leaves a run that has ended alone", async () => {
  const { handle, approve, open } = await setUp();
  await handle.terminate("the test ends it");
  await approve(context);
  expect(await open()).toBe(0);
});
