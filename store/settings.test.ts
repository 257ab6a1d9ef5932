import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { InvalidInput } from "../core/errors.ts";
import { findHome, readSettings } from "./settings.ts";

const STACK = {
  databaseUrl: "postgresql://holt@127.0.0.1:5001/holt",
  temporalAddress: "127.0.0.1:7001",
  temporalUiUrl: "http://127.0.0.1:8001",
  serverUrl: "http://127.0.0.1:7401",
  tokens: { admin: "holt_local", reviewer: "holt_second" },
};

async function home(stack?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "holt-home-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  if (stack !== undefined) await writeFile(join(folder, "stack.json"), stack);
  return folder;
}

it("takes what the environment says before what the local parts left", async () => {
  const folder = await home(JSON.stringify(STACK));
  const env = {
    HOLT_HOME: folder,
    DATABASE_URL: "postgresql://elsewhere/holt",
    TEMPORAL_ADDRESS: "temporal:7233",
    TEMPORAL_NAMESPACE: "movies",
    HOLT_TEMPORAL_UI_URL: "https://temporal.example",
    HOLT_ARTIFACTS: "/srv/artifacts",
    HOLT_SPOOL_FOLDER: "/var/spool/holt",
    HOLT_SERVER_URL: "https://holt.example",
    HOLT_TOKEN: "holt_mine",
  };
  expect(readSettings(env)).toEqual({
    home: folder,
    databaseUrl: env.DATABASE_URL,
    temporalAddress: env.TEMPORAL_ADDRESS,
    temporalNamespace: env.TEMPORAL_NAMESPACE,
    temporalUiUrl: env.HOLT_TEMPORAL_UI_URL,
    artifactsFolder: env.HOLT_ARTIFACTS,
    batchFolder: join(env.HOLT_HOME, "batches"),
    spoolFolder: env.HOLT_SPOOL_FOLDER,
    serverUrl: env.HOLT_SERVER_URL,
    token: env.HOLT_TOKEN,
  });
});

it("finds the local parts that run", async () => {
  const folder = await home(JSON.stringify(STACK));
  const { tokens, ...addresses } = STACK;
  expect(readSettings({ HOLT_HOME: folder })).toEqual({
    home: folder,
    ...addresses,
    token: tokens.admin,
    temporalNamespace: "default",
    artifactsFolder: join(folder, "artifacts"),
    batchFolder: join(folder, "batches"),
    spoolFolder: join(folder, "spool"),
  });
});

it("needs a database only; all else has a place where it usually is", () => {
  expect(readSettings({ DATABASE_URL: "postgresql://x/y", HOLT_HOME: "no/such/home" })).toEqual({
    home: resolve("no/such/home"),
    databaseUrl: "postgresql://x/y",
    temporalAddress: "127.0.0.1:7233",
    temporalNamespace: "default",
    temporalUiUrl: undefined,
    artifactsFolder: resolve("no/such/home/artifacts"),
    batchFolder: resolve("no/such/home/batches"),
    spoolFolder: resolve("no/such/home/spool"),
    serverUrl: "http://127.0.0.1:7400",
    token: undefined,
  });
});

it.each([undefined, "", "{", '{"databaseUrl": 7}'])(
  "says how to get a database when none is named and stack.json is %j",
  async (stack) => {
    const folder = await home(stack);
    expect(() => readSettings({ HOLT_HOME: folder })).toThrow(InvalidInput);
    expect(() => readSettings({ HOLT_HOME: folder })).toThrow(
      'DATABASE_URL: is not set and no local Holt runs here; go to its folder, set HOLT_HOME to its data, start one with "holt dev", or set it',
    );
  },
);

it("finds the nearest .holt above where a command is given, so that a project inside it needs no variable", async () => {
  const clone = await home();
  const project = join(clone, ".holt", "demo", "movies");
  await mkdir(project, { recursive: true });
  expect(findHome({}, project)).toBe(join(clone, ".holt"));
  expect(findHome({ HOLT_HOME: "/elsewhere" }, project)).toBe("/elsewhere");
  const bare = await home();
  expect(findHome({}, bare)).toBe(join(bare, ".holt"));
});
