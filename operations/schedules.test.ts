import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DefinitionInput } from "../core/definition.ts";
import { smallDefinitionParsed } from "../tests/support/definitions.ts";
import { openStage, type Stage } from "../tests/support/stage.ts";
import { applyDefinition } from "./apply-definition.ts";
import { setSchedules } from "./schedules.ts";

const NIGHTLY = { cron: "0 3 * * *", timeZone: "Europe/Vienna", catchUpWindow: "2 h" };
/** Core refuses it; handed on all the same, it is refused by Temporal, and only after the nightly schedule was set. */
const REFUSED = { monitor: { every: "500 ms" } };
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const set = (change: Partial<DefinitionInput>) =>
  setSchedules(stage.temporal, smallDefinitionParsed({ name: "nights", ...change }));
const describe = async (id: string) => {
  const { spec, action, policies, state } = await stage.temporal.schedule.getHandle(id).describe();
  const { priority: _, ...started } = action; // not set, which Temporal shows in two ways
  return { spec, action: started, policies, state };
};

it("says which setting Temporal refuses, and makes no schedule then", async () => {
  await expect(set({ name: "none", schedule: NIGHTLY, ...REFUSED })).rejects.toThrow(
    /^monitor\.every: Temporal refuses it \(.+\); correct it, then apply again$/,
  );
  await expect(describe("nightly/none")).rejects.toThrow("not found");
  await expect(describe("monitor/none")).rejects.toThrow("not found");
});

it("makes schedules what they were when a later one fails, changed or removed, paused or not", async () => {
  await set({ schedule: NIGHTLY });
  await stage.temporal.schedule.getHandle("nightly/nights").pause("on holiday");
  const before = [await describe("nightly/nights"), await describe("monitor/nights")];
  await expect(set({ schedule: { cron: "30 4 * * *" }, ...REFUSED })).rejects.toThrow("monitor.every");
  expect([await describe("nightly/nights"), await describe("monitor/nights")]).toEqual(before);
  await expect(set(REFUSED)).rejects.toThrow("monitor.every");
  expect([await describe("nightly/nights"), await describe("monitor/nights")]).toEqual(before);
});

it("makes them what they were when the definition cannot be stored after all", async () => {
  const { db } = stage.database;
  const apply = (change: Partial<DefinitionInput>) =>
    applyDefinition(
      { database: stage.database, temporal: stage.temporal },
      stage.engineer,
      smallDefinitionParsed({ name: "shelf", ...change }),
      "/shop",
    );
  await apply({ schedule: NIGHTLY });
  const before = [await describe("nightly/shelf"), await describe("monitor/shelf")];
  await sql`create function refuse() returns trigger language plpgsql as 'begin raise ''no commit''; end'`.execute(
    db,
  );
  await sql`create constraint trigger refuse after insert or update on audit deferrable initially deferred
    for each row execute function refuse()`.execute(db);
  await expect(apply({ schedule: { cron: "0 5 * * *" }, monitor: { every: "2 h" } })).rejects.toThrow(
    "no commit",
  );
  await expect(apply({ monitor: { every: "2 h" } })).rejects.toThrow("no commit");
  expect([await describe("nightly/shelf"), await describe("monitor/shelf")]).toEqual(before);
  await sql`drop trigger refuse on audit`.execute(db);
  expect((await apply({})).schedules).toEqual([
    { id: "nightly/shelf", change: "deleted" },
    { id: "monitor/shelf", change: "updated" },
  ]);
});
