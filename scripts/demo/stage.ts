/** What every chapter of the demo works with. */
import { type Database, openDatabase } from "../../db/connection.ts";
import type { Stack } from "../../local/stack.ts";
import type { OperationsContext } from "../../operations/context.ts";
import { connectTemporal } from "../../operations/temporal.ts";
import type { Narrator } from "./narrator.ts";

export const MODEL = "movies";

export interface Stage extends OperationsContext {
  database: Database;
  temporal: NonNullable<OperationsContext["temporal"]>;
  stack: Stack;
  narrator: Narrator;
  /** Aborted by Ctrl-C, and when a part of the stack is lost. */
  signal: AbortSignal;
  /** A person sits at the terminal and decides; else the demo's reviewer does. */
  isPersonThere: boolean;
  close(): Promise<void>;
}

export function openStage(stack: Stack, rest: Pick<Stage, "narrator" | "signal" | "isPersonThere">): Stage {
  const database = openDatabase(stack.settings.databaseUrl, {
    applicationName: "holt-demo",
    maxConnections: 3,
  });
  const temporal = connectTemporal(stack.settings);
  return {
    ...rest,
    stack,
    database,
    temporal: temporal.client,
    async close() {
      await Promise.all([database.close(), temporal.close()]);
    },
  };
}
