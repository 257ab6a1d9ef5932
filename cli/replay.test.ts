import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, inject, it, onTestFinished } from "vitest";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { holt, temporaryFolder } from "../tests/support/holt.ts";
import { openStage } from "../tests/support/stage.ts";
import { startWorkers } from "../tests/support/workers.ts";

const RECORDED = fileURLToPath(new URL("../tests/histories/approve.json", import.meta.url));

it("replays a file without any database, and says that it goes the same way", async () => {
  expect(await holt(["replay", RECORDED])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/approve\.json: same, all \d+ events\n$/),
    stderr: "",
  });
});

it("names the first event that differs, in words, with exit code 1", async () => {
  const file = join(await temporaryFolder(), "changed.json");
  await writeFile(file, (await readFile(RECORDED, "utf8")).replaceAll('"trainCandidate"', '"trainOther"'));
  const { code, stdout, stderr } = await holt(["replay", file]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toMatch(
    /changed\.json: differs at event \d+: event \d+ \(.+\) is "trainOther" in the history; today's code wants "trainCandidate" there\n$/,
  );
});

it("refuses a file that is no history", async () => {
  const file = join(await temporaryFolder(), "other.json");
  await writeFile(file, "{}");
  expect(await holt(["replay", file])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("other.json: is not a recorded history"),
  });
});

it("replays the newest workflow of a schedule, and names it", async () => {
  const stage = await openStage();
  onTestFinished(stage.close);
  const stopWorkers = await startWorkers(stage);
  onTestFinished(stopWorkers);
  await stage.apply();
  const id = "monitor/shelf-2026-11-24T03:00:00Z";
  await stage.temporal.workflow.execute("monitor", {
    workflowId: id,
    taskQueue: TASK_QUEUES.pipeline,
    args: [{ model: "shelf" }],
  });
  const env = {
    DATABASE_URL: stage.database.url,
    TEMPORAL_ADDRESS: inject("temporalAddress"),
    TEMPORAL_NAMESPACE: stage.namespace,
  };
  expect(await holt(["replay", "monitor/shelf"], env)).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^monitor\/shelf-2026-11-24T03:00:00Z: same, all \d+ events\n$/),
    stderr: "",
  });
  expect(await holt(["replay", "nightly/shelf"], env)).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining('workflow "nightly/shelf": Temporal has no history of it, or no longer;'),
  });
});
