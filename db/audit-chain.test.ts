import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import { verifyAudit } from "../operations/audit-verify.ts";
import { addEntries } from "../tests/support/audit-entries.ts";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addAudit } from "./audit.ts";
import { openDatabase } from "./connection.ts";

/** A database, and the worker's login, which may add entries and do nothing else to the log. */
async function withWorker() {
  const database = await testDatabase();
  const worker = openDatabase(asLogin(database.url, "worker"), { applicationName: "holt-test" });
  onTestFinished(worker.close);
  const addAsWorker = (action: string) => addAudit(worker.db, { action, model: null, subject: "run shop-1" });
  return { database, worker, addAsWorker };
}

/** The actions that Holt's functions write, by their source. */
async function actionsOfFunctions({ db }: Awaited<ReturnType<typeof testDatabase>>): Promise<string[]> {
  const { rows } = await sql<{ source: string }>`
    select prosrc as source from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`.execute(
    db,
  );
  const written = rows.flatMap(({ source }) => [
    ...source.matchAll(/insert into audit \([^)]*\)\s*values\s*\([^,]+,\s*'([a-z_]+)'/g),
    ...source.matchAll(/perform add_authority_audit\([^,]+,\s*'([a-z_]+)'/g),
  ]);
  return [...new Set(written.map(([, action]) => action as string))];
}

it("takes from the worker no entry that says something with authority, whichever function writes such", async () => {
  const { database, addAsWorker } = await withWorker();
  const found = await actionsOfFunctions(database);
  expect(found).toEqual(expect.arrayContaining(["apply", "add_person", "issue_token", "expire", "register"]));
  for (const action of [...found, "approve", "reject", "ask", "override", "deploy", "rollback"])
    await expect(addAsWorker(action)).rejects.toThrow(
      `audit: action "${action}" is written by the function that does it, never by hand`,
    );
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 0 });
});

it("lets the worker neither date an entry, nor choose its number, nor read or write the chain", async () => {
  const { database, worker, addAsWorker } = await withWorker();
  await addAsWorker("open_incident");
  for (const statement of [
    "insert into audit (action, subject, at) values ('open_incident', 'x', '2001-01-01')",
    "insert into audit (id, action, subject) overriding system value values (7, 'open_incident', 'x')",
    "select from audit",
    "insert into audit_link values (7, 1, repeat('a', 64), repeat('b', 64))",
    "update audit_origin set database_id = gen_random_uuid()",
    "select append_audit_link(null)",
    "set session_replication_role = replica",
    "alter table audit disable trigger all",
  ])
    await expect(sql.raw(statement).execute(worker.db)).rejects.toThrow(/permission denied|must be owner/);
  const { rows } = await sql`select id, at > now() - interval '1 minute' as "isNow" from audit`.execute(
    database.db,
  );
  expect(rows).toEqual([{ id: 1, isNow: true }]);
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 1 });
});

it("keeps the chain's rows from being changed or removed, by its owner too", async () => {
  const { database, addAsWorker } = await withWorker();
  await addEntries(database, 2);
  const { db } = database;
  for (const change of ["update audit_link set hash = hash", "delete from audit_link", "truncate audit_link"])
    await expect(sql.raw(change).execute(db)).rejects.toThrow('table "audit_link": rows are only added');
  for (const change of ["delete from audit_origin", "truncate audit_origin"])
    await expect(sql.raw(change).execute(db)).rejects.toThrow('table "audit_origin": rows are only added');
  await addAsWorker("open_incident");
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 3 });
});

it("makes whoever commits wait only while another commits, never for its work before that", async () => {
  const { database } = await withWorker();
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
  const { database } = await withWorker();
  const write = (writer: number) =>
    database.db.transaction().execute(async (trx) => {
      for (let entry = 0; entry < 3; entry++)
        await addAudit(trx, { action: "open_incident", model: null, subject: `${writer}` });
    });
  await Promise.all(Array.from({ length: 40 }, (_, writer) => write(writer)));
  expect(await verifyAudit(database)).toMatchObject({ intact: true, entries: 120 });
});
