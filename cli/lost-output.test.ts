import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { startHolt } from "../tests/support/holt.ts";

const HOLT = fileURLToPath(new URL("../bin/holt.mjs", import.meta.url));
const DRAW = [
  "graph",
  "--file",
  fileURLToPath(new URL("../examples/movies/holt.config.ts", import.meta.url)),
];

it("ends quietly when its reader has read enough", async () => {
  const child = startHolt(DRAW);
  child.stdout?.destroy();
  let stderr = "";
  child.stderr?.on("data", (chunk) => (stderr += chunk));
  expect(await once(child, "close")).toEqual([0, null]);
  expect(stderr).toBe("");
});

it.each([[DRAW], [["runs", "--help"]]])(
  "says in one line that the disk is full, and ends with 1, on %j",
  async (args) => {
    const full = openSync("/dev/full", "w");
    onTestFinished(() => closeSync(full));
    const child = spawn(process.execPath, [HOLT, ...args], { stdio: ["ignore", full, "pipe"] });
    let stderr = "";
    child.stderr?.on("data", (chunk) => (stderr += chunk));
    expect(await once(child, "close")).toEqual([1, null]);
    expect(stderr).toBe("holt: standard output could not be written (ENOSPC); what was done is done\n");
  },
);
