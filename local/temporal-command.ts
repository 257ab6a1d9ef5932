import { access, constants } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { NotFound } from "../core/errors.ts";

/** Where set-up puts what it builds once for all clones. */
function cacheFolder(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "holt");
}

/** Path of the `temporal` command: on PATH, else in Holt's cache. @throws {NotFound} neither; set-up gets it */
export async function findTemporalCommand(): Promise<string> {
  const file = process.platform === "win32" ? "temporal.exe" : "temporal";
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), join(cacheFolder(), "bin")];
  for (const folder of folders.filter(Boolean)) {
    const path = join(folder, file);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  throw new NotFound(
    'temporal: the command is neither on PATH nor in Holt\'s cache; run "npm run setup", which gets it',
  );
}
