import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";

/** What any page may make somebody on a phone wait for: all its script, gzipped. */
const MOST_BYTES = 100_000;

/** As Vite's manifest has them: files by source, with what each needs before it runs, and what it loads later. */
type Manifest = Record<
  string,
  { file: string; isEntry?: boolean; imports?: string[]; dynamicImports?: string[] }
>;

it("all script that any one page needs is under 100 kB, gzipped", async () => {
  const outDir = await mkdtemp(join(tmpdir(), "holt-web-size-"));
  onTestFinished(() => rm(outDir, { recursive: true }));
  // as it is served: not with this test's own NODE_ENV, which would build React for developers
  const { NODE_ENV: _, ...env } = process.env;
  const args = ["--silent", "--", "--logLevel", "error", "--manifest", "manifest.json", "--outDir", outDir];
  await promisify(execFile)("npm", ["run", "build:web", ...args], {
    cwd: join(import.meta.dirname, ".."),
    env,
  });
  const manifest = JSON.parse(await readFile(join(outDir, "manifest.json"), "utf8")) as Manifest;
  const [entry] = Object.keys(manifest).filter((source) => manifest[source]?.isEntry);
  const pages = [entry, ...(manifest[String(entry)]?.dynamicImports ?? [])].map(String);
  expect(pages.length).toBeGreaterThan(1);
  for (const page of pages) {
    const files = [...needed(manifest, [String(entry), page])].map(
      (source) => manifest[source]?.file ?? source,
    );
    const sizes = await Promise.all(
      files.map(async (file) => (await promisify(gzip)(await readFile(join(outDir, file)))).length),
    );
    expect
      .soft(
        sizes.reduce((sum, size) => sum + size, 0),
        page,
      )
      .toBeLessThan(MOST_BYTES);
  }
});

/** These and all that they import before they run. */
function needed(manifest: Manifest, sources: readonly string[]): Set<string> {
  const found = new Set<string>();
  const add = (source: string) => {
    if (found.has(source)) return;
    found.add(source);
    manifest[source]?.imports?.forEach(add);
  };
  sources.forEach(add);
  return found;
}
