import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongFirst } from "./tests/long-first.ts";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["node_modules", "dist", ".holt", "web/node_modules"],
    globalSetup: "tests/global-setup.ts",
    pool: "forks",
    // One process reads all of its files: loading the same modules for each costs half the time of the quick ones. A test
    // leaves nothing behind that the next file would notice.
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // Two cores, shared by servers, workers and trainers: what comes at all may come late.
    expect: { poll: { timeout: 30_000 } },
    allowOnly: false,
    env: {
      ONNXRUNTIME_NODE_INSTALL: "skip",
      // Processes that tests start, as in local/ and bin/: compiled once, they start in half the time.
      NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules", ".cache", "holt", "compiled"),
    },
  },
});
