import { readFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import { dirname, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkDefinition } from "../../core/check-definition.ts";
import type { Definition } from "../../core/definition.ts";
import { InvalidInput } from "../../core/errors.ts";
import { describeFault } from "../../core/faults.ts";
import { digestOf } from "../../store/digest.ts";
import { describeLoadError } from "./load-error.ts";
import { locateSetting } from "./locate.ts";

/** Where a definition is when nothing else is said, relative to the current folder. */
export const DEFAULT_FILE = "holt.config.ts";

export interface LoadedDefinition {
  definition: Definition;
  /** Of the definition with its defaults: equal settings have equal digests, however they are written. */
  digest: string;
  /** Folder that the definition's relative paths start from. */
  folder: string;
  /** Path as the person would write it, for messages. */
  file: string;
}

/**
 * Runs a definition's file and checks what it exports.
 * @throws {InvalidInput} all mistakes, one a line, each with file, line, setting, value and remedy
 */
export async function loadDefinition(file: string = DEFAULT_FILE): Promise<LoadedDefinition> {
  const path = resolve(file);
  const fromHere = relative(process.cwd(), path);
  const shown = fromHere.startsWith("..") ? file : fromHere;
  const source = await readSource(path, shown);
  const written = await importDefault(path, shown, source);
  const checked = checkDefinition(written);
  if (!checked.ok)
    throw new InvalidInput(
      checked.faults
        .map((fault) => `${place(shown, locateSetting(source, fault.path))}: ${describeFault(fault)}`)
        .join("\n"),
    );
  return {
    definition: checked.definition,
    digest: digestOf(checked.definition),
    folder: dirname(path),
    file: shown,
  };
}

async function readSource(path: string, shown: string): Promise<string> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "does not exist" : `could not be read (${error.code})`;
    throw new InvalidInput(
      `definition "${shown}": ${why}${shown === path ? "" : ` (looked for ${path})`}; name the file with --file, or write one like examples/movies/holt.config.ts`,
    );
  });
}

async function importDefault(path: string, shown: string, source: string): Promise<unknown> {
  letDefinitionsImportHolt();
  let module: { default?: unknown };
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw new InvalidInput(describeLoadError(error, { path, shown, source }), { cause: error });
  }
  if ("default" in module) return module.default;
  throw new InvalidInput(`${shown}: has no default export; write "export default defineModel({ … })"`);
}

let hooked = false;

/** `import { defineModel } from "holt"` works wherever the definition lies, also outside of Holt's own folder. */
function letDefinitionsImportHolt(): void {
  if (hooked) return;
  hooked = true;
  const url = new URL("../../core/define.ts", import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "holt" ? { url, shortCircuit: true } : next(specifier, context),
  });
}

function place(file: string, line: number | undefined): string {
  return line === undefined ? file : `${file}:${line}`;
}
