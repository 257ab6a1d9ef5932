/** A tick that opens no run fails nowhere: the monitor notices, and sees when ticks open runs again. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openScheduledRun } from "../db/runs.ts";
import { listIncidents } from "../db/views/incidents.ts";
import { listMonitorRuns } from "../db/views/monitor.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { monitorActivities } from "./monitor.ts";

const MINUTE_MS = 60_000;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  await stage.apply({ schedule: { cron: "* * * * *", catchUpWindow: "1 min" } });
});
afterEach(() => stage.close());

const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE_MS);
const appliedAt = (applied_at: Date) => stage.database.db.updateTable("model").set({ applied_at }).execute();

async function look(): Promise<string | undefined> {
  const { database, artifacts } = stage;
  const { runMonitor } = monitorActivities({ database, ingest: database, artifacts });
  const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") });
  await environment.run(runMonitor, { model: "shelf", tick: new Date().toISOString() });
  const [newest] = await listMonitorRuns(database.db, "shelf");
  const check = newest?.checks.find(({ id }) => id === "schedule");
  return check && `${check.verdict}: ${check.explanation}`;
}

/** A run that the schedule opened. */
async function openRun(): Promise<string> {
  const tick = new Date().toISOString();
  const run = { model: "shelf", runKey: tick.slice(0, 19).replaceAll(/[-:]/g, ""), tick };
  return stage.database.db.transaction().execute((trx) => openScheduledRun(trx, run));
}

/** Has the one run been at work from then to then. */
const wasAtWork = (opened_at: Date, finished_at: Date) =>
  stage.database.db
    .updateTable("run")
    .set({ opened_at, finished_at, state: "aborted", outcome: "aborted" })
    .execute();

it("is an incident until a tick opens a run, and none before a tick was due", async () => {
  expect(await look()).toBeUndefined();
  await appliedAt(ago(1_000));
  expect(await look()).toMatch(/^fail: The tick due 1[67] min ago .* opened no run: see in Temporal/);
  const [incident] = await listIncidents(stage.database.db);
  expect(incident).toMatchObject({ cause: "schedule", state: "open" });
  expect(incident?.title).toMatch(/^shelf: the tick due 1[67] min ago .* whether nightly\/shelf is paused/);
  const id = await openRun();
  expect(await look()).toMatch(new RegExp(`^pass: The tick due 1[67] min ago .* opened run ${id}\\.$`));
  expect((await listIncidents(stage.database.db))[0]).toMatchObject({ state: "resolved" });
});

it("takes a tick as left out that came while a run was at work, but not one that came after it", async () => {
  await appliedAt(ago(1_000));
  const id = await openRun();
  await wasAtWork(ago(200), ago(5));
  expect(await look()).toMatch(new RegExp(`^pass: .* opened no run, since run ${id} was at work\\.$`));
  await wasAtWork(ago(200), ago(100));
  expect(await look()).toMatch(/^fail: /);
});
