import { expect, it } from "vitest";
import { addActor } from "../tests/support/actors.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addShop } from "../tests/support/shop.ts";
import { acknowledgeIncident } from "./incidents.ts";

async function setUp() {
  const database = await testDatabase();
  const { db } = database;
  await addShop(db);
  const { id } = await db
    .insertInto("incident")
    .values({ model: "shop", cause: "source:sales", title: "sales are old", symptoms: "[]" })
    .returning("id")
    .executeTakeFirstOrThrow();
  const context = { database };
  return { db, context, id, erin: await addActor(context, "deployer") };
}

it("keeps who looked after it first, with one entry in the log", async () => {
  const { db, context, id, erin } = await setUp();
  const first = await acknowledgeIncident(context, erin, id);
  expect(first).toMatchObject({ state: "acknowledged", acknowledgedBy: erin.name });
  const other = await addActor(context, "deployer");
  expect(await acknowledgeIncident(context, other, id)).toEqual(first);
  const audit = await db.selectFrom("audit").select("subject").where("model", "=", "shop").execute();
  expect(audit).toEqual([{ subject: `incident ${id}` }]);
});

it("refuses one that is resolved or doesn't exist, and people who may not submit", async () => {
  const { db, context, id, erin } = await setUp();
  const viewer = await addActor(context, "viewer");
  await expect(acknowledgeIncident(context, viewer, id)).rejects.toThrow("may not submit");
  await db.updateTable("incident").set({ state: "resolved", resolved_at: new Date() }).execute();
  await expect(acknowledgeIncident(context, erin, id)).rejects.toThrow(
    `incident ${id}: is resolved already; nothing is left to do`,
  );
  await expect(acknowledgeIncident(context, erin, id + 1)).rejects.toThrow(
    `incident ${id + 1}: does not exist; see "holt incidents"`,
  );
});
