import { spawn } from "node:child_process";

/** Enough of a failed command's output to see why it failed. */
const TAIL_CHARACTERS = 3_000;

/** Children that run now, so that an interrupted set-up ends them. */
const running = new Set();

/**
 * Runs a command to its end without a shell, its output kept for an error message.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number }} [options]
 * @returns {Promise<{ code: number | null, output: string, timedOut: boolean, missing: boolean }>}
 *   `missing`: there is no such command
 */
export function run(command, args, { cwd, env = process.env, timeoutMs } = {}) {
  return new Promise((resolve) => {
    let output = "";
    let timedOut = false;
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk).slice(-TAIL_CHARACTERS);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const limit =
      timeoutMs &&
      setTimeout(() => {
        timedOut = true;
        child.kill("SIGKILL");
      }, timeoutMs);
    const end = (/** @type {number | null} */ code, missing = false) => {
      clearTimeout(limit);
      running.delete(child);
      resolve({ code, output: output.trim(), timedOut, missing });
    };
    child.on("error", (error) => {
      keep(Buffer.from(error.message));
      end(null, "code" in error && error.code === "ENOENT");
    });
    child.on("close", (code) => end(code));
  });
}

/** Ends what `run` started and what has not ended yet. */
export function endRunning() {
  for (const child of running) child.kill("SIGTERM");
}
