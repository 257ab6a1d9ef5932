import type { Undo } from "./undo.ts";

/** What every part needs while all are being started. */
export interface Starting {
  env: NodeJS.ProcessEnv;
  home: string;
  logFolder: string;
  /** Gives the start up. */
  signal: AbortSignal;
  onNews: (words: string) => void;
  /** Gets what ends each part. */
  undo: Undo;
  /** A part is lost for good. */
  lose: (error: Error) => void;
  /** Gets the id of each part's process, which may change. */
  running: Record<string, () => number>;
}

/** Like `Promise.all`, but waits for all of them, so that a failed start knows all that is to be ended. */
export async function settleAll<T extends readonly unknown[]>(
  promises: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  await Promise.allSettled(promises);
  return (await Promise.all(promises)) as unknown as T;
}
