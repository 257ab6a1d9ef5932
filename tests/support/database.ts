import { inject, onTestFinished } from "vitest";
import { createDatabaseAt, type TestDatabase } from "./database-at.ts";

export type { TestDatabase };

/** A migrated, empty database of its own; `close` removes it. */
export function createTestDatabase(): Promise<TestDatabase> {
  return createDatabaseAt(inject("postgresUrl"));
}

/** The same, closed when the test that asked for it ends. */
export async function testDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  onTestFinished(database.close);
  return database;
}
