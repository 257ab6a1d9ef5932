import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { expect, inject, it, onTestFinished } from "vitest";
import { TASK_QUEUES } from "../core/task-queues.ts";
import { openDatabase } from "../db/connection.ts";
import { findRunHistory } from "../db/run-histories.ts";
import { holt, temporaryFolder } from "../tests/support/holt.ts";
import { holtHere } from "../tests/support/holt-here.ts";
import { asLogin } from "../tests/support/logins.ts";
import { machine } from "../tests/support/machine.ts";
import { start, type TestRun, untilRun } from "../tests/support/runs.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { until } from "../tests/support/until.ts";
import { startWorkers } from "../tests/support/workers.ts";
import { archiveHistories } from "../workers/history-archive.ts";

const RECORDED = fileURLToPath(new URL("../tests/histories/approve.json", import.meta.url));

it("replays a file without any database, and says that it goes the same way", async () => {
  expect(await holt(["replay", RECORDED])).toEqual({
    code: 0,
    stdout: expect.stringMatching(/approve\.json: same, all \d+ events\n$/),
    stderr: "",
  });
});

it("replays a folder, and names of what differs the workflow, its build and the event, with exit code 1", async () => {
  const folder = await temporaryFolder();
  const recorded = await readFile(RECORDED, "utf8");
  await writeFile(join(folder, "a.json"), recorded);
  await writeFile(join(folder, "b.json"), recorded.replaceAll('"trainCandidate"', '"trainOther"'));
  await writeFile(join(folder, "notes.txt"), "not a history");
  const { code, stdout, stderr } = await holt(["replay", folder]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  const [same, differs, ...rest] = stdout.split("\n");
  expect(same).toMatch(/a\.json: same, all \d+ events$/);
  expect(differs).toMatch(
    /b\.json: differs at event (\d+), workflow "lifecycle", started with build @temporalio\/worker@[\d.]+\+[0-9a-f]{12}: event \1 \(.+\) is "trainOther" in the history; today's code wants "trainCandidate" there$/,
  );
  expect(rest).toEqual(["2 replayed: 1 same, 1 differ, 0 without a history", ""]);
});

it("refuses wrong use: both or neither of a history and --last, a time that is none, a folder without histories", async () => {
  const empty = await temporaryFolder();
  const refused = [
    [[], "name either a history or --last <time>"],
    [["some-run", "--last", "7d"], "name either a history or --last <time>"],
    [["--last", "7 fortnights"], '--last: "7 fortnights" is not a time; write a number and a unit'],
    [[empty], "has no file *.json; name a folder with recorded histories"],
  ] as const;
  for (const [args, words] of refused)
    expect(await holtHere(["replay", ...args], { ...machine(), HOLT_HOME: empty })).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(words),
    });
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

it("replays a run from what was kept of it when Temporal has forgotten it, and all runs of the last days", async () => {
  const stage = await openStage();
  onTestFinished(stage.close);
  const stopWorkers = await startWorkers(stage, { build: "1f2e3d4c5b6a" });
  onTestFinished(stopWorkers);
  const env = {
    DATABASE_URL: stage.database.url,
    TEMPORAL_ADDRESS: inject("temporalAddress"),
    TEMPORAL_NAMESPACE: stage.namespace,
    HOLT_ARTIFACTS: stage.artifactsFolder,
  };
  expect(await holt(["replay", "--last", "7d"], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      "--last 7d: no run was started within that time, so nothing was replayed",
    ),
  });
  await stage.apply({ review: { expiresAfter: "1 s" } });
  const odd = await start(stage, { baselineOnly: true, runKey: "odd" });
  await odd.workflow.result();
  await rename(stage, odd, ""); // which Temporal refuses to look for
  const kept = await start(stage, { baselineOnly: true, runKey: "kept" });
  await kept.workflow.result();
  const lost = await start(stage, { baselineOnly: true, runKey: "lost" });
  await lost.workflow.result();
  await forget(stage, lost);
  await stage.apply();
  const open = await start(stage, { baselineOnly: true, runKey: "open" });
  await untilRun(stage, open, "waiting_for_review");

  const { db } = stage.database;
  const worker = openDatabase(asLogin(stage.database.url, "worker"), { applicationName: "holt-test-worker" });
  onTestFinished(worker.close);
  const logged: { msg: string; run?: string }[] = [];
  const stopping = new AbortController();
  const archiving = archiveHistories(
    { database: worker, artifacts: stage.artifacts },
    { temporalAddress: stage.temporalAddress, temporalNamespace: stage.namespace },
    {
      log: pino({}, { write: (line: string) => logged.push(JSON.parse(line)) }),
      signal: stopping.signal,
      everyMs: 10,
    },
  );
  const row = await until("the history", () => findRunHistory(db, kept.runId));
  expect(row).toMatchObject({ build: "1f2e3d4c5b6a", events: expect.any(Number) });
  const warnings = await until("warnings", async () => logged.length > 1 && logged);
  stopping.abort();
  await archiving;
  expect(warnings).toEqual([
    expect.objectContaining({ run: lost.runId, msg: expect.stringContaining("Temporal has no history") }),
    // the oldest, and it kept no other back
    expect.objectContaining({ run: odd.runId, msg: expect.stringContaining("could not be kept") }),
  ]);
  await forget(stage, odd);
  expect(await findRunHistory(db, open.runId)).toBeUndefined();
  await expect(db.deleteFrom("run_history").execute()).rejects.toThrow("run_history");

  await forget(stage, kept);
  expect(await holt(["replay", kept.runId], env)).toEqual({
    code: 0,
    stdout: `${kept.runId}: same, all ${row.events} events\n`,
    stderr: "",
  });
  const last = await holt(["replay", "--last", "7d"], env);
  expect({ ...last, stdout: last.stdout.split("\n") }).toEqual({
    code: 1,
    stdout: [
      expect.stringContaining(`${odd.runId}: not replayed`),
      `${kept.runId}: same, all ${row.events} events`,
      expect.stringContaining(
        `${lost.runId}: not replayed: workflow "run/shelf/lost-forgotten": Temporal has no history of it`,
      ),
      expect.stringMatching(`^${open.runId}: same, all \\d+ events$`),
      "4 replayed: 2 same, 0 differ, 2 without a history",
      "",
    ],
    stderr: "",
  });
  await rm(join(stage.artifactsFolder, row.digest.slice(0, 2), row.digest));
  await writeFile(join(stage.artifactsFolder, row.digest.slice(0, 2), row.digest), "{}");
  expect(await holt(["replay", kept.runId], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("so it changed after it was stored"),
  });
});

/** Temporal knows its workflow no longer, as after its retention; really to delete one there takes it 30 s. */
async function forget(stage: Stage, { runId, workflow }: TestRun): Promise<void> {
  await rename(stage, { runId }, `${workflow.workflowId}-forgotten`);
}

async function rename(stage: Stage, { runId }: Pick<TestRun, "runId">, workflow_id: string): Promise<void> {
  await stage.database.db.updateTable("run").set({ workflow_id }).where("id", "=", runId).execute();
}
