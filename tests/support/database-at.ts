import { randomBytes } from "node:crypto";
import pg from "pg";
import { type Database, openDatabase } from "../../db/connection.ts";
import { NAMESPACES, TEMPLATE_DATABASE } from "./names.ts";

export interface TestDatabase extends Database {
  url: string;
}

/** A database of its own on the server at `admin`, migrated and empty or as its template is; `close` removes it. */
export async function createDatabaseAt(admin: string, template = TEMPLATE_DATABASE): Promise<TestDatabase> {
  const { name, database, url } = await copyTemplate(admin, template);
  const close = async () => {
    await database.close();
    await runAs(admin, `drop database ${name} with (force)`);
  };
  return { ...database, url, close };
}

/** A template for others, migrated and with what `fill` writes into it; it stays until the server goes. */
export async function makeTemplateAt<Filled>(
  admin: string,
  fill: (database: Database) => Promise<Filled>,
): Promise<{ template: string; filled: Filled }> {
  const { name, database } = await copyTemplate(admin, TEMPLATE_DATABASE);
  try {
    return { template: name, filled: await fill(database) };
  } finally {
    await database.close(); // PostgreSQL copies no database that somebody is connected to
  }
}

async function copyTemplate(admin: string, template: string) {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await runAs(admin, `create database ${name} template ${template}`);
  const url = new URL(name, admin).href;
  return { name, url, database: openDatabase(url, { applicationName: "holt-test" }) };
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
