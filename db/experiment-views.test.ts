import { sql } from "kysely";
import { expect, it } from "vitest";
import { timedId } from "../store/timed-id.ts";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { openDatabase } from "./connection.ts";

it("shows other tools who was exposed to what, and what came of it, and no login of Holt's but its own tables", async () => {
  const { db, url } = await testDatabase();
  const { personId } = await addTestPerson(db, "service");
  const now = new Date();
  const id = timedId(now.getTime());
  await sql`select add_exposure_days(${[now.toISOString().slice(0, 10)]}::date[])`.execute(db);
  // as a server's spool has it: what is said in the context comes into columns of its own
  const context = { country: "DE", experiment: { id: "shop-x1", arm: "treatment", unit: "ann" } };
  const shown = {
    id,
    at: now,
    model: "shop",
    version: 2,
    arm: "fallback",
    fallback: true,
    user_id: "ann",
    k: 1,
  };
  await db
    .insertInto("exposure_arrival")
    .values({ ...shown, items: ["i"], scores: [1], context: JSON.stringify(context) })
    .execute();
  const outcome = { reported_by: personId, recommendation_id: id, item_id: "i", at: now, received_at: now };
  await db
    .insertInto("outcome")
    .values([
      { ...outcome, id: "1", kind: "click" },
      { ...outcome, id: "2", kind: "spend", amount: "2.50", currency: "EUR" },
    ])
    .execute();
  expect(await db.selectFrom("exposure").select("context").execute()).toEqual([
    { context: { country: "DE" } },
  ]);
  const common = { experiment_id: "shop-x1", user_id: "ann", timestamp: now, exposure_id: id };
  expect(await db.selectFrom("experiment_exposures").selectAll().execute()).toEqual([
    {
      ...common,
      variation_id: "treatment",
      answered_by: "fallback",
      fallback: true,
      version: 2,
      left_out: null,
    },
  ]);
  expect(await db.selectFrom("experiment_metric_values").selectAll().orderBy("metric").execute()).toEqual([
    { ...common, metric: "clicks", value: 1, currency: null, item_id: "i" },
    { ...common, metric: "spend", value: 2.5, currency: "EUR", item_id: "i" },
  ]);
  for (const login of ["server", "worker", "auditor", "ingest"] as const) {
    const own = openDatabase(asLogin(url, login), { applicationName: "holt-test" });
    await expect(own.db.selectFrom("experiment_exposures").selectAll().execute()).rejects.toThrow();
    await own.close();
  }
});
