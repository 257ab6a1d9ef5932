import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import { verifyAudit } from "../operations/audit-verify.ts";
import { addEntries } from "../tests/support/audit-entries.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addAudit } from "./audit.ts";

async function withClerk() {
  const database = await testDatabase();
  const clerk = sql.id(`clerk_${randomBytes(4).toString("hex")}`);
  await sql`create role ${clerk}; grant insert, select on audit to ${clerk}`.execute(database.db);
  onTestFinished(async () => {
    await sql`drop owned by ${clerk}; drop role ${clerk}`.execute(database.db);
  });
  const asClerk = (action: string, at = "now()") =>
    database.db.transaction().execute(async (trx) => {
      await sql`set local role ${clerk}`.execute(trx);
      await sql`insert into audit (action, subject, at) values (${action}, 'run shop-1', ${sql.raw(at)})`.execute(
        trx,
      );
    });
  return { database, asClerk };
}

it("takes from a role that may only add entries none that says something with authority, and dates the others itself", async () => {
  const { database, asClerk } = await withClerk();
  for (const action of ["approve", "deploy", "rollback", "issue_token"])
    await expect(asClerk(action)).rejects.toThrow(
      `audit: action "${action}" is written by the function that does it, never by hand`,
    );
  await asClerk("acknowledge_incident", "'2001-01-01'");
  const { rows } = await sql`select action, at > now() - interval '1 minute' as "isNow" from audit`.execute(
    database.db,
  );
  expect(rows).toEqual([{ action: "acknowledge_incident", isNow: true }]);
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 1 });
});

it("keeps the chain's rows from being changed or removed, and written by anybody else", async () => {
  const { database, asClerk } = await withClerk();
  await addEntries(database, 2);
  const { db } = database;
  for (const change of ["update audit_link set hash = hash", "delete from audit_link", "truncate audit_link"])
    await expect(sql.raw(change).execute(db)).rejects.toThrow('table "audit_link": rows are only added');
  for (const change of ["delete from audit_head", "truncate audit_head"])
    await expect(sql.raw(change).execute(db)).rejects.toThrow('table "audit_head": rows are only added');
  await asClerk("open_incident");
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 3 });
});

it("makes whoever commits wait only while another commits, never for its work before that", async () => {
  const { database } = await withClerk();
  const slow = await database.pool.connect();
  await slow.query("begin");
  await slow.query("insert into audit (action, subject) values ('open_incident', 'slow')");
  await addEntries(database, 3); // would wait for ever, if `slow` held the chain's end already
  await slow.query("commit");
  slow.release();
  const { rows } = await sql<{ position: number }>`
    select position from audit_link join audit on id = audit_id where subject = 'slow'`.execute(database.db);
  expect(rows).toEqual([{ position: 4 }]);
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 4 });
});

it("links what 40 write at the same time, several entries each, and leaves no gap", async () => {
  const { database } = await withClerk();
  const write = (writer: number) =>
    database.db.transaction().execute(async (trx) => {
      for (let entry = 0; entry < 3; entry++)
        await addAudit(trx, { personId: null, action: "open_incident", model: null, subject: `${writer}` });
    });
  await Promise.all(Array.from({ length: 40 }, (_, writer) => write(writer)));
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 120 });
});
