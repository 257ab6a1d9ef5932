import { randomBytes } from "node:crypto";
import pg from "pg";
import { type Database, openDatabase } from "../../db/connection.ts";
import { NAMESPACES, TEMPLATE_DATABASE } from "./names.ts";

export interface TestDatabase extends Database {
  url: string;
}

/** A migrated, empty database of its own on the server at `admin`; `close` removes it. */
export async function createDatabaseAt(admin: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await runAs(admin, `create database ${name} template ${TEMPLATE_DATABASE}`);
  const url = new URL(name, admin).href;
  const database = openDatabase(url, { applicationName: "holt-test" });
  const close = async () => {
    await database.close();
    await runAs(admin, `drop database ${name} with (force)`);
  };
  return { ...database, url, close };
}

/** A namespace that no other stage of this test run has: counted in the test run's own PostgreSQL. */
export async function takeNamespaceAt(admin: string): Promise<string> {
  await runAs(admin, "create sequence if not exists stage").catch(() => undefined); // two files at once
  const rows = await runAs<{ n: string }>(admin, "select nextval('stage') - 1 as n");
  const name = NAMESPACES[Number(rows[0]?.n)];
  if (!name)
    throw new Error(`NAMESPACES: all ${NAMESPACES.length} are taken; raise their number in names.ts`);
  return name;
}

async function runAs<Row extends pg.QueryResultRow>(url: string, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}
