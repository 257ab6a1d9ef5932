import { setTimeout } from "node:timers/promises";
import type { Database } from "../db/connection.ts";
import { type CheckpointSettings, exportCheckpoint } from "../operations/audit-checkpoints.ts";
import { within } from "./within.ts";

/** At the latest so long after an entry it is signed outside the database… */
const EVERY_MS = 3_600_000;
/** …or after so many of them. */
const EVERY_ROWS = 1_000;
/** Longest wait for the last one; the next start writes it, too. */
const LAST_MS = 3_000;
/** How often it looks how many there are. */
const LOOK_EVERY_MS = 10_000;

export interface Checkpoints {
  /** Why the last one could not be written; null when it could. */
  problem(): string | null;
  /** Writes a last one, then ends. */
  close(): Promise<void>;
}

/** Signs and exports where the audit log ends: at once, each hour or 1,000 entries, and at the end. */
export function startCheckpoints(
  database: Database,
  settings: CheckpointSettings,
  onProblem: (error: Error) => void,
  { everyMs = EVERY_MS, everyRows = EVERY_ROWS, lookEveryMs = LOOK_EVERY_MS } = {},
): Checkpoints {
  const stopped = new AbortController();
  let problem: string | null = null;
  const write = async (newRows: number): Promise<boolean> => {
    try {
      await exportCheckpoint(database, settings, newRows);
      problem = null;
      return true;
    } catch (error) {
      if (problem !== (error as Error).message) onProblem(error as Error);
      problem = (error as Error).message;
      return false;
    }
  };
  const run = async () => {
    for (let dueAt = 0; !stopped.signal.aborted; ) {
      const isDue = Date.now() >= dueAt;
      const written = await write(isDue ? 1 : everyRows);
      if (isDue && written) dueAt = Date.now() + everyMs;
      await setTimeout(lookEveryMs, undefined, { signal: stopped.signal }).catch(() => {}); // closed meanwhile
    }
  };
  const running = run();
  return {
    problem: () => problem,
    async close() {
      stopped.abort();
      await running;
      // What could not be written just now would only hold the end up.
      if (problem === null) await within(LAST_MS, "PostgreSQL", write(1)).catch(onProblem);
    },
  };
}
