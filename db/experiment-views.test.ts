import { readFile } from "node:fs/promises";
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
  const context = { country: "DE", experiment: { id: "shop-x1", arm: "treatment", unit: "ann", ms: 12.5 } };
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
      answer_ms: 12.5,
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

it("gives a notebook each arm's people, mean and deviation by the query that the document shows", async () => {
  const { db } = await testDatabase();
  const { personId } = await addTestPerson(db, "service");
  const shown = new Date(Date.now() - 8 * 86_400_000);
  await sql`select add_exposure_days(${[shown.toISOString().slice(0, 10)]}::date[])`.execute(db);
  const people = [
    { unit: "ann", arm: "control", spent: [4, 2] },
    { unit: "bea", arm: "control", spent: [] },
    { unit: "cid", arm: "treatment", spent: [9] },
    { unit: "dan", arm: "treatment", spent: [1] },
  ];
  for (const { unit, arm, spent } of people) {
    const id = timedId(shown.getTime());
    await db
      .insertInto("exposure")
      .values({
        ...{ id, at: shown, model: "movies", version: 1, arm, fallback: false, user_id: unit, k: 1 },
        ...{ items: ["i"], scores: [1], experiment: "movies-x1", assigned_arm: arm, unit_id: unit },
      })
      .execute();
    const outcome = { reported_by: personId, kind: "spend" as const, recommendation_id: id, item_id: "i" };
    for (const [at, amount] of spent.entries())
      await db
        .insertInto("outcome")
        .values({
          ...{ ...outcome, id: `${unit}-${at}`, at: shown, received_at: shown },
          ...{ amount: String(amount), currency: "EUR" },
        })
        .execute();
  }
  const text = await readFile(new URL("../docs/experiments.md", import.meta.url), "utf8");
  const query = /```sql\n([\s\S]+?)```/.exec(text)?.[1] ?? "";
  const { rows } = await sql.raw(`${query} order by arm`).execute(db);
  expect(rows).toEqual([
    { arm: "control", people: 2, mean: 3, deviation: expect.closeTo(Math.sqrt(18), 9) },
    { arm: "treatment", people: 2, mean: 5, deviation: expect.closeTo(Math.sqrt(32), 9) },
  ]);
});
