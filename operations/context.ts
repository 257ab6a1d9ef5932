import type { Client } from "@temporalio/client";
import type { Database } from "../db/connection.ts";
import type { Version } from "../db/versions.ts";

/** What the operations work with; server, CLI and demo each make one, a test passes its own. */
export interface OperationsContext {
  database: Database;
  /** Where sessions are opened for people whom a provider or Slack signed in: a login that only the server has. */
  signIn?: Database | undefined;
  /**
   * Whether a version's files are what was signed and its model answers its golden rows, asked before it goes live again;
   * without it the servers alone look. Throws BrokenPromise when they are not, something else when that cannot be told here.
   */
  checkRelease?: ((version: Version) => Promise<void>) | undefined;
  /** Without it, or while it is down, wake-ups wait in PostgreSQL until a server's relay delivers them. */
  temporal?: Client | undefined;
  /** Told about a wake-up that could not be sent at once; it is sent later. */
  onDelay?: ((error: Error) => void) | undefined;
}
