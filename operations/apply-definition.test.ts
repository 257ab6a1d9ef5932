import { afterAll, beforeAll, expect, it } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import { getDefinition } from "../db/definitions.ts";
import { getModel } from "../db/views/models.ts";
import { addActor } from "../tests/support/actors.ts";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { applyDefinition } from "./apply-definition.ts";
import type { OperationsContext } from "./context.ts";
import { connectTemporal } from "./temporal.ts";

const NIGHTLY = { cron: "0 3 * * *", timeZone: "Europe/Vienna", catchUpWindow: "2 h" };
let stage: Stage;
let context: OperationsContext;
beforeAll(async () => {
  stage = await openStage();
  context = { database: stage.database, temporal: stage.temporal };
});
afterAll(() => stage.close());

const apply = (change: Partial<DefinitionInput>, by: Partial<OperationsContext> = {}) =>
  applyDefinition({ ...context, ...by }, stage.engineer, smallDefinitionParsed(change), "/shop");
const schedule = (id: string) => stage.temporal.schedule.getHandle(id).describe();

it("stores a definition by its digest and makes it current; the same again changes nothing", async () => {
  const first = await apply({ name: "once" });
  expect(first).toMatchObject({ model: "once", previousDigest: null });
  const applied = await getModel(stage.database.db, "once");
  const again = await apply({ name: "once" });
  expect(again).toMatchObject({ digest: first.digest, previousDigest: first.digest });
  expect(await getModel(stage.database.db, "once")).toEqual(applied);
  const changed = await apply({ name: "once", description: "better" });
  expect(changed.previousDigest).toBe(first.digest);
  const { definition_digest } = await getModel(stage.database.db, "once");
  expect(definition_digest).toBe(changed.digest);
  const back = await apply({ name: "once" });
  expect(back).toMatchObject({ digest: first.digest, previousDigest: changed.digest });
  const audit = await stage.database.db
    .selectFrom("audit")
    .select("id")
    .where("action", "=", "apply")
    .where("model", "=", "once")
    .execute();
  expect(audit).toHaveLength(3);
});

it("makes, changes and removes the nightly schedule as the definition says", async () => {
  const made = await apply({ name: "nights", schedule: NIGHTLY });
  expect(made.schedules).toEqual([
    { id: "nightly/nights", change: "created" },
    { id: "monitor/nights", change: "created" },
  ]);
  expect(await schedule("nightly/nights")).toMatchObject({
    action: { workflowType: "nightly", taskQueue: "pipeline", args: [{ model: "nights" }] },
    policies: { overlap: "SKIP", catchupWindow: 7_200_000 },
    spec: { timezone: "Europe/Vienna", calendars: [{ hour: [{ start: 3, end: 3, step: 1 }] }] },
  });
  expect(await schedule("monitor/nights")).toMatchObject({
    action: { workflowType: "monitor", args: [{ model: "nights" }] },
    policies: { overlap: "SKIP", catchupWindow: 60_000 },
    spec: { intervals: [{ every: 3_600_000 }] },
  });
  const changed = await apply({
    name: "nights",
    schedule: { ...NIGHTLY, cron: "30 4 * * 1", overlap: "buffer_one" },
    monitor: { every: "10 min" },
  });
  expect(changed.schedules).toEqual([
    { id: "nightly/nights", change: "updated" },
    { id: "monitor/nights", change: "updated" },
  ]);
  expect(await schedule("nightly/nights")).toMatchObject({
    policies: { overlap: "BUFFER_ONE" },
    spec: { calendars: [{ hour: [{ start: 4, end: 4 }], minute: [{ start: 30, end: 30 }] }] },
  });
  expect(await schedule("monitor/nights")).toMatchObject({ spec: { intervals: [{ every: 600_000 }] } });
  const removed = await apply({ name: "nights" });
  expect(removed.schedules).toEqual([
    { id: "nightly/nights", change: "deleted" },
    { id: "monitor/nights", change: "updated" },
  ]);
  await expect(schedule("nightly/nights")).rejects.toThrow("not found");
});

it("leaves a schedule that a person paused paused", async () => {
  await apply({ name: "paused", schedule: NIGHTLY });
  await stage.temporal.schedule.getHandle("nightly/paused").pause("on holiday");
  await apply({ name: "paused", schedule: { ...NIGHTLY, cron: "0 5 * * *" } });
  expect(await schedule("nightly/paused")).toMatchObject({
    state: { paused: true, note: "on holiday" },
    spec: { calendars: [{ hour: [{ start: 5 }] }] },
  });
});

it("stores nothing when Temporal cannot be reached", async () => {
  const nobody = connectTemporal({ temporalAddress: "127.0.0.1:1", temporalNamespace: "default" });
  await expect(apply({ name: "away" }, { temporal: nobody.client })).rejects.toThrow();
  await nobody.close();
  await expect(apply({ name: "away" }, { temporal: undefined })).rejects.toThrow(
    'model "away": could not set its schedules without Temporal; start it, then apply again',
  );
  await expect(getModel(stage.database.db, "away")).rejects.toThrow('model "away": is not in the database');
});

it("reads the files of a definition where it was applied last, for a project's folder may move", async () => {
  await apply({ name: "moved" });
  const moved = smallDefinitionParsed({ name: "moved" });
  await applyDefinition(context, stage.engineer, moved, "/elsewhere");
  const { definition_digest } = await getModel(stage.database.db, "moved");
  expect(await getDefinition(stage.database.db, definition_digest)).toMatchObject({ folder: "/elsewhere" });
});

it("refuses a definition with faults, and people who may not submit", async () => {
  await expect(apply({ name: "faulty", schedule: { cron: "0 25 * * *" } })).rejects.toThrow("schedule.cron");
  await expect(apply({ name: "faulty", interactions: "sold" })).rejects.toThrow("interactions");
  const viewer = await addActor(context, "viewer");
  await expect(applyDefinition(context, viewer, smallDefinitionParsed(), "/shop")).rejects.toThrow(
    "may not submit",
  );
});
