import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { expect, it, onTestFinished } from "vitest";

/** What the pages may make somebody on a phone wait for: all their script, gzipped. */
const MOST_BYTES = 100_000;

it("all script of the pages together is under 100 kB, gzipped", async () => {
  const outDir = await mkdtemp(join(tmpdir(), "holt-web-size-"));
  onTestFinished(() => rm(outDir, { recursive: true }));
  // as it is served: not with this test's own NODE_ENV, which would build React for developers
  const { NODE_ENV: _, ...env } = process.env;
  const args = ["run", "--silent", "build:web", "--", "--logLevel", "error", "--outDir", outDir];
  await promisify(execFile)("npm", args, { cwd: join(import.meta.dirname, ".."), env });
  const files = await readdir(outDir, { recursive: true });
  const scripts = files.filter((file) => [".js", ".mjs"].includes(extname(file)));
  const sizes = await Promise.all(
    scripts.map(async (file) => (await promisify(gzip)(await readFile(join(outDir, file)))).length),
  );
  expect(scripts).not.toEqual([]);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES);
});
