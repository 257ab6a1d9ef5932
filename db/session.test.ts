import { expect, it, onTestFinished } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { openDatabase } from "./connection.ts";
import { withSession } from "./session.ts";

it("leaves nothing of one definition's statements to the next: no table, no setting, no lock", async () => {
  const { url } = await testDatabase();
  const own = openDatabase(asLogin(url, "ingest"), { applicationName: "holt-test", maxConnections: 1 });
  onTestFinished(own.close);
  const { signal } = new AbortController();
  const first = await withSession(own, signal, async (client) => {
    await client.query("create temporary table snapshot as select 'planted' as table_name");
    await client.query("set search_path = pg_temp");
    await client.query("select pg_advisory_lock(7)");
    return (await client.query("select pg_backend_pid() as pid")).rows[0];
  });
  const { rows } = await own.pool.query(
    `select pg_backend_pid() as pid, current_setting('search_path') as path, to_regclass('pg_temp.snapshot') as planted,
       (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`,
  );
  expect(rows).toEqual([{ ...first, path: "public,pg_temp", planted: null, locks: 0 }]);
});

it("means its own tables, whatever one definition's statement calls its own, or sets for all sessions to come", async () => {
  const { url } = await testDatabase();
  const open = () =>
    openDatabase(asLogin(url, "ingest"), { applicationName: "holt-test", maxConnections: 1 });
  const own = open();
  onTestFinished(own.close);
  await own.pool.query("create temporary table snapshot as select 'planted' as table_name");
  expect(await own.db.selectFrom("snapshot").select("table_name").execute()).toEqual([]);
  await own.pool.query("create table data.snapshot as select 'planted' as table_name");
  const name = new URL(url).pathname.slice(1);
  await own.pool.query(`alter role current_user in database ${name} set search_path = data`);
  const later = open();
  onTestFinished(later.close);
  expect(await later.db.selectFrom("snapshot").select("table_name").execute()).toEqual([]);
});
