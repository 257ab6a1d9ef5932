import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import { type Database, openDatabase } from "../../db/connection.ts";
import { TEMPLATE_DATABASE } from "./names.ts";

export interface TestDatabase extends Database {
  url: string;
}

/** A migrated, empty database of its own; `close` removes it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = inject("postgresUrl");
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

/** The same, closed when the test that asked for it ends. */
export async function testDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  onTestFinished(database.close);
  return database;
}

async function runAs(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
