import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises";
import { delimiter, isAbsolute, relative, resolve, sep } from "node:path";

/** The folders of `HOLT_SOURCE_FOLDERS`, absolute; undefined when it isn't set: then a definition's own folder counts. */
export function readSourceFolders(env: NodeJS.ProcessEnv = process.env): readonly string[] | undefined {
  const named = (env["HOLT_SOURCE_FOLDERS"] ?? "").split(delimiter).filter((folder) => folder.trim() !== "");
  return named.length > 0 ? named.map((folder) => resolve(folder)) : undefined;
}

/** Whether a real path, without links, lies in one of the folders. A folder that isn't there holds nothing. */
export async function liesWithin(path: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) {
    const real = await realpath(folder).catch(() => undefined);
    if (real === undefined) continue;
    const way = relative(real, path);
    if (way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way)) return true;
  }
  return false;
}

/**
 * Opens a real path for reading, and only what stands at that very path: a link that took the place of the file, or of a
 * folder above it, since it was looked at is not followed.
 * @throws {Error} something else stands there now; the next attempt looks anew
 */
export async function openReal(path: string, place: string): Promise<FileHandle> {
  const changed = (cause?: unknown) =>
    new Error(`${place}: was replaced while it was opened; could not read what was looked at`, { cause });
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ELOOP" ? changed(error) : error;
  });
  try {
    const opened = await file.stat({ bigint: true });
    if (!opened.isFile() || (await pathOf(file, path, opened)) !== path) throw changed();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where the opened file is: by the kernel's word on Linux, elsewhere by comparing it with what stands at the path. */
async function pathOf(file: FileHandle, path: string, opened: { dev: bigint; ino: bigint }) {
  if (process.platform === "linux") return readlink(`/proc/self/fd/${file.fd}`);
  const standing = await stat(path, { bigint: true });
  return standing.dev === opened.dev && standing.ino === opened.ino ? realpath(path) : undefined;
}
