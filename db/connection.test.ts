import { sql } from "kysely";
import { expect, it, onTestFinished } from "vitest";
import { testDatabase } from "../tests/support/database.ts";
import { openDatabase } from "./connection.ts";
import { withSession } from "./session.ts";

async function ownDatabase() {
  const { url, db: admin } = await testDatabase();
  const lost: string[] = [];
  const database = openDatabase(url, {
    applicationName: "holt-lost",
    onLostConnection: (error) => lost.push(error.message),
  });
  onTestFinished(database.close);
  const endBackends = () =>
    sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'holt-lost' and datname = current_database()`.execute(
      admin,
    );
  return { database, endBackends, lost };
}

it("lives when its idle connections die, and connects anew", async () => {
  const { database, endBackends, lost } = await ownDatabase();
  await sql`select 1`.execute(database.db);
  await endBackends();
  await expect.poll(() => lost.length).toBeGreaterThan(0);
  const { rows } = await sql`select 2 as two`.execute(database.db);
  expect(rows).toEqual([{ two: 2 }]);
});

it("fails the query of a connection that dies inside a transaction, and lives", async () => {
  const { database, endBackends, lost } = await ownDatabase();
  const transaction = database.db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx);
    await endBackends();
    await expect.poll(() => lost.length).toBeGreaterThan(0);
    await sql`select 1`.execute(trx);
  });
  await expect(transaction).rejects.toThrow();
  await sql`select 1`.execute(database.db);
  expect(database.pool.totalCount).toBe(1);
});

it("gives counts and ids as numbers, and bounds what a session may wait for", async () => {
  const { database } = await ownDatabase();
  const { rows } = await sql`
    select count(*) as count, current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle`.execute(database.db);
  expect(rows).toEqual([{ count: 1, statement: "10min", lock: "30s", idle: "2min" }]);
});

it("lets a session's work take hours, ends it when its worker is gone, and gives the connection back as it was", async () => {
  const { database } = await ownDatabase();
  const limits = `select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
    current_setting('client_connection_check_interval') as look, pg_backend_pid() as pid`;
  const inside = await withSession(database, new AbortController().signal, (client) => client.query(limits));
  expect(inside.rows).toEqual([{ statement: "350min", lock: "30s", look: "10s", pid: expect.any(Number) }]);
  const after = await database.pool.query(limits);
  expect(after.rows).toEqual([{ statement: "10min", lock: "30s", look: "0", pid: inside.rows[0].pid }]);
});

it("ends the session of work that is aborted, gives nobody else that connection, and rejects with the reason", async () => {
  const { database } = await ownDatabase();
  const controller = new AbortController();
  const work = withSession(database, controller.signal, (client) => {
    const sleep = client.query("select pg_sleep(600)");
    controller.abort(new Error("the person stopped it"));
    return sleep;
  });
  await expect(work).rejects.toThrow("the person stopped it");
  const sleeping = async () => {
    const { rows } = await sql`
      select 1 from pg_stat_activity where query like 'select pg_sleep%' and datname = current_database()`.execute(
      database.db,
    );
    return rows.length;
  };
  await expect.poll(sleeping).toBe(0);
  const calm = withSession(database, new AbortController().signal, (client) =>
    client.query("select 3 as three"),
  );
  expect((await calm).rows).toEqual([{ three: 3 }]);
});

it("starts no work for a signal that is aborted already", async () => {
  const { database } = await ownDatabase();
  const work = withSession(database, AbortSignal.abort(new Error("too late")), async () => "done");
  await expect(work).rejects.toThrow("too late");
  expect(database.pool.totalCount).toBe(0);
});
