import { expect, it } from "vitest";
import { getRun } from "../db/runs.ts";
import { testDatabase } from "../tests/support/database.ts";
import { setRunEnd } from "../tests/support/end-run.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { assertOwnRun } from "./own-run.ts";

async function setUp() {
  const database = await testDatabase();
  const { runId } = await addOpenReview(database.db);
  const { workflow_id } = await getRun(database.db, runId);
  const ask = (activityType: string, workflowId: string, ...args: unknown[]) =>
    assertOwnRun(database, { activityType, workflowExecution: { workflowId, runId: "any" } }, args);
  return { db: database.db, runId, workflowId: workflow_id, ask };
}

it("lets a run's own workflow work on it, and every workflow on what is no run", async () => {
  const { runId, workflowId, ask } = await setUp();
  await ask("settleReview", workflowId, { runId });
  await ask("openScheduledRun", "nightly/shop-now", { model: "shop", tick: "2026-11-24T03:00:00Z" });
  await ask("settleReview", "other", { runId: "none" }); // the activity itself says that there is no such run
  await ask("anything", "other");
  await ask("anything", "other", null);
});

it("refuses another workflow, whichever activity it asks for", async () => {
  const { runId, workflowId, ask } = await setUp();
  for (const activityType of ["openRun", "finishRun", "flipLive"])
    await expect(ask(activityType, `${workflowId}x`, { runId, step: "deploy" })).rejects.toMatchObject({
      name: "NotAllowed",
      message: `run "${runId}": belongs to workflow "${workflowId}", not "${workflowId}x"; start runs with "holt run shop"`,
    });
});

it("refuses work for a run that has ended, but not to say again that it has", async () => {
  const { db, runId, workflowId, ask } = await setUp();
  await setRunEnd(db, runId, { state: "aborted", outcome: "aborted", reason: "no need" });
  await expect(ask("flipLive", workflowId, { runId })).rejects.toMatchObject({
    name: "Conflict",
    message: `run "${runId}": has ended (aborted); start another with "holt run shop"`,
  });
  await ask("finishRun", workflowId, { runId, outcome: "aborted" });
});
