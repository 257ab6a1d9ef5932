import { chmodSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const SQLITE_BUSY = 5;

/**
 * Takes a folder for this process alone until `release` is called or the process ends, by kill -9 too: the kernel's own
 * lock on a file in it. SQLite takes it, since Node itself cannot; the file stays empty. A file with a process id would not
 * do: ids come again, and mean nothing in another container.
 * @returns undefined when somebody else has it @throws the folder is not there or cannot be written to
 */
export function lockFolder(folder: string): { release(): void } | undefined {
  const path = join(folder, "lock");
  const database = new DatabaseSync(path);
  const release = () => {
    if (database.isOpen) database.close();
  };
  try {
    database.exec("pragma journal_mode = memory; begin exclusive"); // without a file beside it
    chmodSync(path, 0o600); // by its name: the kernel drops the lock with any other handle of this process on the file
    return { release };
  } catch (error) {
    release();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return undefined;
    throw error;
  }
}
