import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { inject, onTestFinished } from "vitest";
import type { Role } from "../../core/roles.ts";
import { openDatabase } from "../../db/connection.ts";
import { addPerson, issueToken, SET_UP } from "../../operations/people.ts";
import type { TestDatabase } from "./database.ts";
import { type HoltEnd, holtHere } from "./holt-here.ts";
import { asLogin } from "./logins.ts";
import { machine } from "./machine.ts";

const HOLT = fileURLToPath(new URL("../../bin/holt.mjs", import.meta.url));

export type HoltEnv = Record<string, string | undefined>;

/**
 * Runs the `holt` command with nothing of this process's environment but `machine()`: inside this process, since a start
 * takes longer than most commands, unless it is one that a test's process cannot run.
 */
export async function holt(args: readonly string[], env: HoltEnv = {}, cwd?: string): Promise<HoltEnd> {
  return IN_A_PROCESS.has(args[0] ?? "") ? holtProcess(args, env, cwd) : holtHere(args, completed(env), cwd);
}

/** Those that load a definition's file, which Node reads once a process, or Temporal's worker. */
const IN_A_PROCESS = new Set(["apply", "plan", "graph", "replay", "dev"]);

/** Runs it as a person's shell does, in a process of its own. */
export async function holtProcess(
  args: readonly string[],
  env: HoltEnv = {},
  cwd?: string,
): Promise<HoltEnd> {
  const child = startHolt(args, env, cwd);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => (stdout += chunk));
  child.stderr?.on("data", (chunk) => (stderr += chunk));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

/** The same, without waiting for its end. */
export function startHolt(args: readonly string[], env: HoltEnv = {}, cwd?: string): ChildProcess {
  return spawn(process.execPath, [HOLT, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd,
    timeout: LONGEST_MS, // a command that hangs fails its test and leaves nothing behind
    env: completed(env),
  });
}

/** Less than a test may take. */
const LONGEST_MS = 100_000;

function completed(env: HoltEnv): Record<string, string> {
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...machine(), HOLT_HOME: NO_HOME, ...Object.fromEntries(set) };
}

/** A folder where no local Holt runs and nothing is written. */
const NO_HOME = join(tmpdir(), "holt-test-no-home");

/** A folder of its own, removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The environment of somebody of this role on `database`. */
export async function envOf(database: TestDatabase, role: Role, name: string = role): Promise<HoltEnv> {
  const context = { database };
  await addPerson(context, SET_UP, { name, roles: [role] });
  const { token } = await issueToken(context, SET_UP, { name, ttlMs: 3_600_000 });
  return {
    DATABASE_URL: asLogin(database.url, "server"),
    HOLT_TOKEN: token,
    TEMPORAL_ADDRESS: inject("temporalAddress"),
  };
}

/** A database without any table, removed when the test ends. */
export async function emptyDatabase(): Promise<TestDatabase> {
  const admin = new pg.Client({ connectionString: inject("postgresUrl") });
  await admin.connect();
  const name = `empty_${process.pid}_${Date.now()}`;
  await admin.query(`create database ${name}`);
  const url = new URL(name, inject("postgresUrl")).href;
  const database = openDatabase(url, { applicationName: "holt-test" });
  const close = async () => {
    await database.close();
    await admin.query(`drop database ${name} with (force)`);
    await admin.end();
  };
  onTestFinished(close);
  return { ...database, url, close };
}
