import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { inject } from "vitest";

const WEB = join(import.meta.dirname, "../../web");

let built: Promise<string> | undefined;

/** The folder of the pages as built from today's source: once a process, since that takes seconds; goes with the run. */
export function builtPages(): Promise<string> {
  built ??= buildPages();
  return built;
}

async function buildPages(): Promise<string> {
  const folder = await mkdtemp(join(inject("runFolder"), "web-"));
  await build({
    root: WEB,
    logLevel: "silent",
    configFile: join(WEB, "vite.config.ts"),
    build: { outDir: folder, emptyOutDir: true, reportCompressedSize: false },
  });
  return folder;
}
