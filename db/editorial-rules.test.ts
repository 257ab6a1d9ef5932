import { expect, it } from "vitest";
import type { NewRule } from "../core/api.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addOpenReview } from "../tests/support/shop.ts";
import { addRule, liftRule, listRules } from "./editorial-rules.ts";

async function setUp() {
  const { db } = await testDatabase();
  await addOpenReview(db, { model: "shop" });
  const { proof, personId, name } = await addTestPerson(db);
  const say = (change: Partial<NewRule> & { proof?: string; model?: string } = {}) => {
    const { model = "shop", ...wanted } = change;
    return addRule(db, model, { proof, kind: "ban", itemId: "i07", reason: "licence ended", ...wanted });
  };
  return { db, proof, personId, name, say };
}

it("keeps what was said, by whom, from when to when, and logs it; lifted once, it is gone from the list", async () => {
  const { db, proof, personId, name, say } = await setUp();
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const ban = await say();
  const pin = await say({ kind: "pin", itemId: "i09", rank: 2, until });
  expect(ban).toMatchObject({
    model: "shop",
    kind: "ban",
    itemId: "i07",
    until: null,
    by: name,
    liftedAt: null,
  });
  expect(pin).toMatchObject({ kind: "pin", rank: 2, factor: null, until });
  expect(await listRules(db, "shop")).toEqual([ban, pin]);
  expect(await listRules(db, "other")).toEqual([]);
  const lifted = await liftRule(db, { proof, id: ban.id });
  expect(await liftRule(db, { proof, id: ban.id })).toEqual(lifted);
  expect(await listRules(db)).toEqual([pin]);
  const log = await db
    .selectFrom("audit")
    .select(["action", "person_id", "model", "detail"])
    .where("action", "in", ["add_rule", "lift_rule"])
    .orderBy("id")
    .execute();
  expect(log).toMatchObject([
    {
      action: "add_rule",
      person_id: personId,
      model: "shop",
      detail: { kind: "ban", item: "i07", reason: "licence ended" },
    },
    { action: "add_rule", detail: { kind: "pin", rank: 2 } },
    { action: "lift_rule", person_id: personId, detail: { kind: "ban", item: "i07" } },
  ]);
});

it.each([
  ["an unknown model", { model: "none" }, 'model "none": is not in the database'],
  ["an end that has passed", { until: "2020-01-01T00:00:00Z" }, "would end before it begins"],
  ["no reason", { reason: "" }, "has no reason"],
])("refuses %s, and says nothing", async (_, change, said) => {
  const { db, say } = await setUp();
  await expect(say(change)).rejects.toThrow(said);
  expect(await listRules(db)).toEqual([]);
});

it("takes 200 rules of a model, and no more until one is lifted", async () => {
  const { db, proof, say } = await setUp();
  const all = [];
  for (let at = 0; at < 200; at++) all.push(await say({ itemId: `i${at}` }));
  await expect(say({ itemId: "one more" })).rejects.toThrow("would be more than 200 rules");
  await liftRule(db, { proof, id: String(all[7]?.id) });
  await say({ itemId: "one more" });
  expect(await listRules(db)).toHaveLength(200);
});

it("is said and lifted by nobody who may not decide, and rewritten by nobody", async () => {
  const { db, say } = await setUp();
  const { proof } = await addTestPerson(db, "deployer");
  await expect(say({ proof })).rejects.toThrow("may not");
  const { id } = await say();
  await expect(liftRule(db, { proof, id })).rejects.toThrow("may not");
  await expect(db.updateTable("editorial_rule").set({ item_id: "i08" }).execute()).rejects.toThrow(
    "what was said stays",
  );
  await expect(db.deleteFrom("editorial_rule").execute()).rejects.toThrow("what was said stays");
});
