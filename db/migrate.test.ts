import { sql } from "kysely";
import { expect, it } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { migrate } from "./migrate.ts";

it("changes nothing when it is run again, also twice at the same time", async () => {
  const { db } = await testDatabase();
  expect(await Promise.all([migrate(db), migrate(db)])).toEqual([[], []]);
});

it("refuses to change or remove a row of a table that only grows", async () => {
  const { db } = await testDatabase();
  await db
    .insertInto("audit")
    .values({ action: "test", subject: "row", person_id: null, model: null })
    .execute();
  await expect(db.updateTable("audit").set({ action: "other" }).execute()).rejects.toThrow(
    'table "audit": rows are only added',
  );
  await expect(db.deleteFrom("audit").execute()).rejects.toThrow('table "audit": rows are only added');
  await expect(sql`truncate audit cascade`.execute(db)).rejects.toThrow('table "audit": rows are only added');
  expect(await db.selectFrom("audit").select("action").execute()).toEqual([{ action: "test" }]);
});
