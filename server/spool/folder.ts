import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { lockFolder } from "../../store/folder-lock.ts";
import { listSegments } from "./segment.ts";

/** More servers than one machine has. */
const MOST_SERVERS = 100;

/** A folder that no other process writes to or takes from, until it is released. */
export interface OwnFolder {
  path: string;
  release(): void;
}

/**
 * Takes the first folder below `base` (`0`, `1`, …) that no living server has, so that several may share `base`, and one
 * that starts again finds what it left. @throws nothing can be written there
 */
export async function takeFolder(base: string): Promise<OwnFolder> {
  for (let number = 0; number < MOST_SERVERS; number++) {
    const path = join(base, String(number));
    await mkdir(path, { recursive: true, mode: 0o700 });
    const lock = lockFolder(path);
    if (!lock) continue;
    await chmod(path, 0o700); // whoever made it
    return { path, release: lock.release };
  }
  throw new Error(
    `spool ${base}: ${MOST_SERVERS} servers have a folder in it; give this one another HOLT_SPOOL_FOLDER`,
  );
}

/** Folders below `base` with segments whose server has died and not come again, one after another; the caller's until it goes on. */
export async function* abandonedFolders(base: string, own: string): AsyncGenerator<OwnFolder> {
  for (const name of (await readdir(base)).filter((found) => /^\d+$/.test(found))) {
    const path = join(base, name);
    if (path === own || (await listSegments(path)).length === 0) continue;
    const lock = lockFolder(path);
    if (!lock) continue;
    try {
      yield { path, release: lock.release };
    } finally {
      lock.release();
    }
  }
}
