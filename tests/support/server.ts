import { onTestFinished } from "vitest";
import type { Database } from "../../db/connection.ts";
import { openServerAt, type ServerOptions, type TestServer } from "./server-at.ts";

export type { TestServer };

/** The whole server without its process; every answer is parsed by its route's schema. Ends with the test. */
export function testServer(database: Database, options?: ServerOptions): Promise<TestServer> {
  return openServerAt(database, onTestFinished, options);
}
