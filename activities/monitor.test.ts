/** The monitor on a version that went live through a real run. */
import { randomUUID } from "node:crypto";
import { appendFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { MonitorCheck } from "../core/api.ts";
import type { DefinitionInput } from "../core/definition.ts";
import { findReference } from "../db/monitoring.ts";
import { forgetServer, noteServer } from "../db/servers.ts";
import { listIncidents } from "../db/views/incidents.ts";
import { listMonitorRuns } from "../db/views/monitor.ts";
import { approve, start } from "../tests/support/runs.ts";
import { ratingsCsv, smallModel, titlesCsv } from "../tests/support/small-model.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { startWorkers } from "../tests/support/workers.ts";
import { type MonitorOutcome, monitorActivities } from "./monitor.ts";
import { measureReference } from "./monitor-reference.ts";

const FRESHNESS = { measure: "delivery", maxAge: "36 h" } as const;
const DAY_MS = 86_400_000;

let stage: Stage;
let ticks = Date.parse("2026-11-24T00:00:00Z");

beforeAll(async () => {
  stage = await openStage();
  const stopWorkers = await startWorkers(stage);
  await stage.apply(watched());
  await approve(stage, await start(stage, { runKey: "live" }));
  await stopWorkers();
});
afterAll(() => stage.close());
beforeEach(async () => {
  await deliver("ratings.csv", ratingsCsv());
  await deliver("titles.csv", titlesCsv());
});
afterEach(async () => {
  await deliver("ratings.csv", ratingsCsv());
  await deliver("titles.csv", titlesCsv());
  await stage.apply(watched());
  await look(); // all is well again: what a test opened is resolved
});

function watched(change: Partial<DefinitionInput> = {}): Partial<DefinitionInput> {
  const { ratings, titles } = smallModel().sources as Record<string, DefinitionInput["sources"][string]>;
  return {
    sources: {
      ratings: { ...(ratings as NonNullable<typeof ratings>), freshness: FRESHNESS },
      titles: { ...(titles as NonNullable<typeof titles>), freshness: FRESHNESS },
    },
    monitor: { maxReachLoss: 0.2, maxScoreShift: 0.25 },
    ...change,
  };
}

/** Writes a source's file as delivered some time before the looks of these tests. */
async function deliver(file: string, content: string, agoMs = 3_600_000): Promise<void> {
  await writeFile(join(stage.files, file), content);
  await age(file, agoMs);
}

async function age(file: string, agoMs: number): Promise<void> {
  const at = new Date(ticks - agoMs);
  await utimes(join(stage.files, file), at, at);
}

const context = () => ({ database: stage.database, ingest: stage.database, artifacts: stage.artifacts });

/** One look, a second after the one before. */
function look(tick = nextTick()): Promise<MonitorOutcome> {
  const { runMonitor } = monitorActivities(context());
  return new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") }).run(runMonitor, {
    model: "shelf",
    tick,
  });
}

function nextTick(): string {
  ticks += 1_000;
  return new Date(ticks).toISOString();
}

async function newestChecks(): Promise<Record<string, MonitorCheck["verdict"]>> {
  const [newest] = await listMonitorRuns(stage.database.db, "shelf");
  return Object.fromEntries(newest?.checks.map(({ id, verdict }) => [id, verdict]) ?? []);
}

const openIncidents = () => listIncidents(stage.database.db, { state: "open" });

it("measures a version when it is deployed, once", async () => {
  const { db } = stage.database;
  const before = await findReference(db, "shelf", 1);
  expect(before).toMatchObject({ k: 5, people: 60, unknownItems: { ratings: 0 } });
  expect(before?.peopleShare).toBeGreaterThan(0.5);
  expect(before?.scores?.shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 10);
  await measureReference(context(), "shelf", 1);
  expect(await findReference(db, "shelf", 1)).toEqual(before);
});

it("passes while all is as at deployment, and opens nothing", async () => {
  expect(await look()).toEqual({ verdict: "pass", opened: [], resolved: [] });
  expect(await newestChecks()).toEqual({
    "freshness:ratings": "pass",
    "freshness:titles": "pass",
    "gap:ratings": "pass",
    "reach:people": "pass",
    "reach:items": "pass",
    scores: "pass",
  });
});

it("opens an incident when a server has not had the live version for a minute, whatever else is stale, and resolves it", async () => {
  const { db } = stage.database;
  const id = randomUUID();
  const held = { model: "shelf", version: 1 };
  const say = (problem: string | null, since?: string) =>
    noteServer(db, { id, name: "a:7400", versions: [{ ...held, problem, ...(since && { since }) }] });
  await say(null);
  expect(await look()).toMatchObject({ verdict: "pass" });
  const problem = "version 1: artifact 9f2c…: is not in the store";
  await say(problem, new Date(ticks).toISOString());
  expect(await look(), "it may be on its way").toMatchObject({ verdict: "inconclusive", opened: [] });
  await say(problem, new Date(ticks - 3_600_000).toISOString());
  await age("titles.csv", 3.2 * DAY_MS);
  expect((await look()).opened).toHaveLength(2);
  expect((await openIncidents()).map(({ cause, title }) => [cause, title])).toContainEqual([
    "deployment:1",
    `shelf: version 1 answers on 0 of 1 server; server a:7400 has not had it for 1 h: ${problem}`,
  ]);
  await deliver("titles.csv", titlesCsv());
  await say(null);
  expect((await look()).resolved).toHaveLength(2);
  await forgetServer(db, id);
});

it("names the source behind it when titles stop coming, keeps one incident, and resolves it by itself", async () => {
  const { db } = stage.database;
  await age("titles.csv", 3.2 * DAY_MS);
  const first = await look();
  expect(first).toMatchObject({ verdict: "fail", opened: [expect.any(Number)], resolved: [] });
  const [opened] = await openIncidents();
  expect(opened).toMatchObject({
    cause: "source:titles",
    title:
      'shelf: source "titles" has not been delivered for 3.2 d, promised every 36 h; new items cannot be recommended',
    symptoms: [{ id: "freshness:titles" }],
  });

  await appendFile(
    join(stage.files, "ratings.csv"),
    "p00,new1,1800000000\np00,new2,1800000000\np00,new3,1800000000\n",
  );
  await age("ratings.csv", 0);
  expect(await look()).toMatchObject({ verdict: "fail", opened: [] });
  const [again, ...others] = await openIncidents();
  expect(others).toEqual([]);
  expect(again).toMatchObject({
    id: opened?.id,
    openedAt: opened?.openedAt,
    symptoms: [{ id: "freshness:titles" }, { id: "gap:ratings", value: "7 % unknown" }],
  });
  expect(Date.parse(again?.lastSeenAt ?? "")).toBeGreaterThan(Date.parse(opened?.lastSeenAt ?? ""));

  await deliver("titles.csv", titlesCsv());
  expect(await look(), "titles came, the new items are still missing").toMatchObject({
    opened: [],
    resolved: [],
  });
  expect((await openIncidents())[0]?.title).toMatch(/^shelf: the items table lacks 3 of 43 items/);

  await deliver("ratings.csv", ratingsCsv());
  expect(await look()).toEqual({ verdict: "pass", opened: [], resolved: [opened?.id] });
  expect(await openIncidents()).toEqual([]);
  const audit = await db
    .selectFrom("audit")
    .select(["action", "subject"])
    .where("subject", "=", `incident ${opened?.id}`)
    .orderBy("id")
    .execute();
  expect(audit.map(({ action }) => action)).toEqual(["open_incident", "resolve_incident"]);
});

it("takes a file that is gone for a breach, and one that cannot be read for a check that cannot tell", async () => {
  await rm(join(stage.files, "titles.csv"));
  await deliver("ratings.csv", "something,else\n1,2\n");
  expect(await look()).toMatchObject({ verdict: "fail", opened: [expect.any(Number)] });
  expect((await openIncidents())[0]?.title).toBe(
    'shelf: source "titles" is missing: there is no file titles.csv, promised every 36 h; new items cannot be recommended',
  );
  expect(await newestChecks()).toMatchObject({ "freshness:titles": "fail", "gap:ratings": "inconclusive" });
});

it("sees people and items that the live version no longer reaches, and scores that moved", async () => {
  const { db, pool } = stage.database;
  const { interactions_table: before } = await db
    .selectFrom("model")
    .select("interactions_table")
    .where("name", "=", "shelf")
    .executeTakeFirstOrThrow();
  // what people choose now is nothing that the live version knows, but for one item each
  await pool.query(`create table data.strange as
    select user_id, case when row_number() over (partition by user_id order by event_time) = 1 then item_id
      else 'strange-' || item_id end as item_id, event_time from data.${before}`);
  await db.updateTable("model").set({ interactions_table: "strange" }).where("name", "=", "shelf").execute();
  try {
    expect(await look()).toMatchObject({ verdict: "fail", opened: [expect.any(Number)] });
    expect(await newestChecks()).toMatchObject({ "freshness:ratings": "pass", scores: "fail" });
    expect(await openIncidents()).toMatchObject([{ cause: "deployment:1" }]);
  } finally {
    await db.updateTable("model").set({ interactions_table: before }).where("name", "=", "shelf").execute();
  }
});

it("cannot tell from few people, and changes nothing by it", async () => {
  const { db, pool } = stage.database;
  const { interactions_table: before } = await db
    .selectFrom("model")
    .select("interactions_table")
    .where("name", "=", "shelf")
    .executeTakeFirstOrThrow();
  await pool.query(`create table data.few as select * from data.${before} where user_id < 'p10'`);
  await db.updateTable("model").set({ interactions_table: "few" }).where("name", "=", "shelf").execute();
  try {
    expect(await look()).toEqual({ verdict: "inconclusive", opened: [], resolved: [] });
    expect(await newestChecks()).toMatchObject({ "reach:people": "inconclusive", scores: "inconclusive" });
  } finally {
    await db.updateTable("model").set({ interactions_table: before }).where("name", "=", "shelf").execute();
  }
});

it("opens one incident a cause, however many monitors look at the same time", async () => {
  await age("titles.csv", 3 * DAY_MS);
  await age("ratings.csv", 4 * DAY_MS);
  const looks = await Promise.all(Array.from({ length: 20 }, () => look()));
  expect(looks.flatMap(({ opened }) => opened)).toHaveLength(2);
  expect((await openIncidents()).map(({ cause }) => cause).sort()).toEqual([
    "source:ratings",
    "source:titles",
  ]);
});

it("does the same look once, also at the same time", async () => {
  await age("titles.csv", 3 * DAY_MS);
  const tick = nextTick();
  const looks = await Promise.all(Array.from({ length: 5 }, () => look(tick)));
  expect(looks.flatMap(({ opened }) => opened)).toHaveLength(1);
  expect((await look(tick)).verdict).toBe("fail");
  const runs = await listMonitorRuns(stage.database.db, "shelf");
  expect(runs.filter(({ at }) => at === tick)).toHaveLength(1);
});

it("lets a late look change no incident, since a later one has seen more", async () => {
  await age("titles.csv", 3 * DAY_MS);
  const early = nextTick();
  await deliver("titles.csv", titlesCsv());
  await look();
  await age("titles.csv", 3 * DAY_MS);
  expect(await look(early)).toEqual({ verdict: "fail", opened: [], resolved: [] });
  expect(await openIncidents()).toEqual([]);
});
