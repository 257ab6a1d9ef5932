import { expect, it } from "vitest";
import { findLive } from "../db/versions.ts";
import { listHistory } from "../db/views/versions.ts";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addLiveVersion } from "../tests/support/shop.ts";
import { rollback } from "./rollback.ts";

/** A model whose version 3 is live. */
async function setUp() {
  const database = await testDatabase();
  const context = { database };
  const erin = await addActor(context, "deployer");
  for (let version = 1; version <= 3; version++) await addLiveVersion(database.db);
  return { db: database.db, context, erin };
}

it("goes back to the version before, and from there to the one before that", async () => {
  const { db, context, erin } = await setUp();
  const first = await rollback(context, erin, "shop", { expectedVersion: 3, reason: "spend fell 4 %" });
  expect(first).toMatchObject({
    kind: "rollback",
    version: 2,
    previousVersion: 3,
    by: erin.name,
    runId: null,
  });
  const second = await rollback(context, erin, "shop", { expectedVersion: 2, reason: "still low" });
  expect(second).toMatchObject({ version: 1, previousVersion: 2 });
  await expect(rollback(context, erin, "shop", { expectedVersion: 1, reason: "more" })).rejects.toThrow(
    'model "shop" version 1: nothing was live before it; name a version, see "holt history shop"',
  );
  expect((await listHistory(db, "shop")).map((row) => `${row.kind} ${row.version}`)).toEqual([
    "rollback 1",
    "rollback 2",
    "deploy 3",
    "deploy 2",
    "deploy 1",
  ]);
});

it("refuses when another version is live than the caller believes, and changes nothing", async () => {
  const { db, context, erin } = await setUp();
  await expect(rollback(context, erin, "shop", { expectedVersion: 2, reason: "why" })).rejects.toThrow(
    'slot "shop": version 3 is live, not version 2 as expected',
  );
  expect(await findLive(db, "shop")).toMatchObject({ version: 3, fence: 3 });
});

it("goes to a named version, forward too, but not to the live one or one that doesn't exist", async () => {
  const { db, context, erin } = await setUp();
  await rollback(context, erin, "shop", { expectedVersion: 3, toVersion: 1, reason: "why" });
  await rollback(context, erin, "shop", { expectedVersion: 1, toVersion: 3, reason: "it was not that" });
  expect(await findLive(db, "shop")).toMatchObject({ version: 3, fence: 5 });
  const to = (toVersion: number) =>
    rollback(context, erin, "shop", { expectedVersion: 3, toVersion, reason: "why" });
  await expect(to(3)).rejects.toThrow('model "shop" version 3: is live already; name another version');
  await expect(to(9)).rejects.toThrow('model "shop" version 9: does not exist');
});

it("is done once by 20 at the same time", async () => {
  const { db, context, erin } = await setUp();
  const tries = await Promise.allSettled(
    Array.from({ length: 20 }, () => rollback(context, erin, "shop", { expectedVersion: 3, reason: "why" })),
  );
  expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
  expect(await findLive(db, "shop")).toMatchObject({ version: 2, fence: 4 });
});

it("is for those who operate, and of a model that exists", async () => {
  const { context, erin } = await setUp();
  const reviewer = await addActor(context, "reviewer");
  const wanted = { expectedVersion: 3, reason: "why" };
  await expect(rollback(context, reviewer, "shop", wanted)).rejects.toThrow("may not rollback");
  await expect(rollback(context, erin, "none", wanted)).rejects.toThrow(
    'model "none": is not in the database',
  );
});
