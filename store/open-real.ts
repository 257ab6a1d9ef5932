import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath, stat } from "node:fs/promises";

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
    if (!(await file.stat()).isFile() || (await whereIs(file, path)) !== path) throw changed();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Where an opened file is: by the kernel's word on Linux, elsewhere by comparing it with what stands at the path. */
export async function whereIs(file: FileHandle, path: string): Promise<string | undefined> {
  if (process.platform === "linux") return readlink(`/proc/self/fd/${file.fd}`);
  const [opened, standing] = [await file.stat({ bigint: true }), await stat(path, { bigint: true })];
  return standing.dev === opened.dev && standing.ino === opened.ino ? realpath(path) : undefined;
}
