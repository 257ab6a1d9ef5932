import type { TestDatabase } from "../support/database-at.ts";
import type { Stage } from "../support/open-stage.ts";
import type { ServerOptions, TestServer } from "../support/server-at.ts";
import type { Random } from "./random.ts";

/** One fault or attack, done to the real system many times. It runs as a test at `quick`, by `npm run faults` at `full`. */
export interface FaultRow {
  /** As in docs/security.md: `S-09`, `R-15`. */
  id: string;
  title: string;
  /** What must hold, in words: "nobody is let in". */
  bound: string;
  /** How many trials: in the tests, and in a long run. A row may do more than it is asked for, never less. */
  counts: { quick: number; full: number };
  /** Does the attacks. A row that cannot fail proves nothing, so it also shows that its means would find a breach. */
  run(context: FaultContext): Promise<FaultResult>;
}

export interface FaultResult {
  /** Trials that were done. */
  n: number;
  /** One sentence each. */
  failures: string[];
  /** What was measured beside it, by its name: shares and counts. */
  figures?: Record<string, number>;
}

/** What a row works with, under vitest and outside it. All that is opened here is closed after the row. */
export interface FaultContext {
  seed: number;
  /** How many trials are asked for. */
  n: number;
  /** From the seed: the same seed, the same trials. */
  random: Random;
  /** The superuser's connection string on the database `postgres`. */
  postgresUrl: string;
  temporalAddress: string;
  /** SQLite file that keeps Temporal's state. */
  temporalFile: string;
  /** A migrated, empty database of its own. */
  database(): Promise<TestDatabase>;
  /** The same with a namespace of Temporal, the small model's files, and people; without workers. */
  stage(): Promise<Stage>;
  /** The whole HTTP server on this database, without a process of its own; `app.listen` makes it reachable. */
  server(database: TestDatabase, options?: ServerOptions): Promise<TestServer>;
  /** An empty folder. */
  folder(): Promise<string>;
  /** Called after the row, the last one first. */
  cleanUp(end: () => Promise<unknown> | unknown): void;
}
