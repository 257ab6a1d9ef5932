import { realpath } from "node:fs/promises";
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
