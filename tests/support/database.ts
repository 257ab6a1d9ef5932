import { inject, onTestFinished } from "vitest";
import { createDatabaseAt, type TestDatabase } from "./database-at.ts";

export type { TestDatabase };

/** A database of its own, migrated and empty or as its template is; `close` removes it. */
export function createTestDatabase(template?: string): Promise<TestDatabase> {
  return createDatabaseAt(inject("postgresUrl"), template);
}

/** The same, closed when the test that asked for it ends. */
export async function testDatabase(template?: string): Promise<TestDatabase> {
  const database = await createTestDatabase(template);
  onTestFinished(database.close);
  return database;
}
