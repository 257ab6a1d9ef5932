import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const HERE = import.meta.dirname;
const VENV = join(HERE, "../.holt/bench-venv");
export const PYTHON = join(VENV, "bin/python");
const REQUIREMENTS = join(HERE, "requirements.txt");
/** One thread, as ours has. */
const ONE_THREAD = { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };

/** Runs one of bench's Python scripts in an environment of its own: `input` as JSON on stdin, JSON from its stdout. */
export async function runPython<T>(script: string, input: unknown): Promise<T> {
  await prepareEnvironment();
  const child = spawn(PYTHON, [join(HERE, script)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...ONE_THREAD },
  });
  child.stdin.end(JSON.stringify(input));
  let output = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) output += chunk;
  try {
    return JSON.parse(output) as T;
  } catch (cause) {
    throw new Error(`bench/${script}: gave no JSON; see its messages above`, { cause });
  }
}

/** Makes the environment anew when the pinned requirements have changed. */
export async function prepareEnvironment(): Promise<void> {
  const wanted = await readFile(REQUIREMENTS, "utf8");
  const mark = join(VENV, "requirements.txt");
  if (existsSync(mark) && (await readFile(mark, "utf8")) === wanted) return;
  const run = promisify(execFile);
  console.error("bench: installing the peers from PyPI into .holt/bench-venv (once, about a minute)");
  await run("python3", ["-m", "venv", "--clear", VENV]);
  await run(PYTHON, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]);
  await writeFile(mark, wanted);
}
