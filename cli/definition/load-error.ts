import { fileURLToPath, pathToFileURL } from "node:url";

export interface LoadedFile {
  path: string;
  /** Path as the person would write it. */
  shown: string;
  source: string;
}

/** Why a definition's file could not be run, as `holt.config.ts:14: what is wrong; remedy`, without a stack. */
export function describeLoadError(error: unknown, file: LoadedFile): string {
  if (!(error instanceof Error))
    return `${file.shown}: threw ${JSON.stringify(error) ?? String(error)}; see there`;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ERR_MODULE_NOT_FOUND") return missingImport(error.message, file);
  const line = lineIn(error, file);
  const place = line === undefined ? file.shown : `${file.shown}:${line}`;
  if (error instanceof SyntaxError) return `${place}: ${error.message}; mend what stands there`;
  return `${place}: threw "${error.message}" while it was read; mend it`;
}

/** Node says what is missing and by whom, with whole paths; a person wants the line with the import. */
function missingImport(message: string, file: LoadedFile): string {
  const [, kind, missing = ""] = /Cannot find (module|package) '([^']+)'/.exec(message) ?? [];
  const name = missing.split(/[\\/]/).at(-1) ?? missing;
  const at = file.source
    .split("\n")
    .findIndex((text) => /\bimport\b|\bfrom\b/.test(text) && text.includes(name));
  const place = at < 0 ? file.shown : `${file.shown}:${at + 1}`;
  const remedy = kind === "package" ? `install it with "npm install ${missing}"` : "mend its path";
  return `${place}: imports "${name}", which does not exist; ${remedy}, or remove the import`;
}

/** The first line of the stack that names the file: for a syntax error the place, else where it was thrown. */
function lineIn(error: Error, { path }: LoadedFile): number | undefined {
  for (const name of [pathToFileURL(path).href, fileURLToPath(pathToFileURL(path))]) {
    const at = error.stack?.indexOf(`${name}:`) ?? -1;
    const line = at < 0 ? undefined : /^\d+/.exec(error.stack?.slice(at + name.length + 1) ?? "")?.[0];
    if (line) return Number(line);
  }
  return undefined;
}
