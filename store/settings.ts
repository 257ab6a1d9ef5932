import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { InvalidInput } from "../core/errors.ts";

/** Where the parts of one installation are. */
export interface Settings {
  /** Folder of the local parts' data. */
  home: string;
  databaseUrl: string;
  /** For what a definition's author wrote; undefined lets it run with the worker's own rights. */
  ingestDatabaseUrl: string | undefined;
  /** For what a provider or Slack says of people; undefined where neither is set. */
  signInDatabaseUrl: string | undefined;
  temporalAddress: string;
  temporalNamespace: string;
  /** Where a person opens Temporal's pages; undefined when unknown. */
  temporalUiUrl: string | undefined;
  artifactsFolder: string;
  /** Where the worker writes files of batches, a folder a model. */
  batchFolder: string;
  /** Where servers keep what PostgreSQL has not taken yet; on a disk of the machine itself. */
  spoolFolder: string;
  /** Where people and products reach Holt's server. */
  serverUrl: string;
  /** The person's own token, for the CLI. */
  token: string | undefined;
}

/** What the local parts leave in `stack.json` while they run, so that a command in another terminal finds them. */
export const stackSchema = z.strictObject({
  databaseUrl: z.string(),
  temporalAddress: z.string(),
  temporalUiUrl: z.string().optional(),
  serverUrl: z.string(),
  /** Tokens of the local people, by name. */
  tokens: z.record(z.string(), z.string()),
});
export type Stack = z.output<typeof stackSchema>;

/**
 * Settings from the environment; what isn't set there, from the local parts that run.
 * @throws {InvalidInput} no database is named and no local one runs
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const home = findHome(env);
  const stack = findStack(home);
  const databaseUrl = env["DATABASE_URL"] ?? stack?.databaseUrl;
  if (!databaseUrl)
    throw new InvalidInput(
      'DATABASE_URL: is not set and no local Holt runs here; go to its folder, set HOLT_HOME to its data, start one with "holt dev", or set it',
    );
  return {
    home,
    databaseUrl,
    ingestDatabaseUrl: env["HOLT_INGEST_DATABASE_URL"],
    signInDatabaseUrl: env["HOLT_SIGN_IN_DATABASE_URL"],
    temporalAddress: env["TEMPORAL_ADDRESS"] ?? stack?.temporalAddress ?? "127.0.0.1:7233",
    temporalNamespace: env["TEMPORAL_NAMESPACE"] ?? "default",
    temporalUiUrl: env["HOLT_TEMPORAL_UI_URL"] ?? stack?.temporalUiUrl,
    artifactsFolder: env["HOLT_ARTIFACTS"] ?? join(home, "artifacts"),
    batchFolder: env["HOLT_BATCH_FOLDER"] ?? join(home, "batches"),
    spoolFolder: env["HOLT_SPOOL_FOLDER"] ?? join(home, "spool"),
    serverUrl: findServerUrl(env, stack),
    token: findToken(env, stack),
  };
}

/** `HOLT_AS` names one of the local people; else the token of `HOLT_TOKEN`, else the local admin's. */
function findToken(env: NodeJS.ProcessEnv, stack: Stack | undefined): string | undefined {
  const name = env["HOLT_AS"];
  if (!name) return env["HOLT_TOKEN"] ?? stack?.tokens["admin"];
  const token = stack?.tokens[name];
  if (token) return token;
  throw new InvalidInput(
    stack
      ? `--as: "${name}" is not one of the local people; use ${Object.keys(stack.tokens).join(", ")}, or HOLT_TOKEN for others`
      : `--as: no local Holt runs here, so "${name}" is nobody; set HOLT_TOKEN to a token of theirs`,
  );
}

/** Where people and products reach Holt's server, whether or not the rest is set. */
export function findServerUrl(
  env: NodeJS.ProcessEnv = process.env,
  stack: Stack | undefined = findStack(findHome(env)),
): string {
  return env["HOLT_SERVER_URL"] ?? stack?.serverUrl ?? "http://127.0.0.1:7400";
}

/** Whether other people than whoever started it rely on this installation. @throws {InvalidInput} HOLT_MODE is unknown */
export function isProduction(env: NodeJS.ProcessEnv = process.env): boolean {
  const mode = env["HOLT_MODE"];
  if (mode === undefined || mode === "" || mode === "local") return false;
  if (mode === "production") return true;
  throw new InvalidInput(`HOLT_MODE: "${mode}" is not known; use "production" or "local"`);
}

/** The local parts' folder: `HOLT_HOME`, else the nearest `.holt` here or above, else the one that `holt dev` makes here. */
export function findHome(env: NodeJS.ProcessEnv = process.env, from: string = process.cwd()): string {
  if (env["HOLT_HOME"]) return resolve(env["HOLT_HOME"]);
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const home = join(folder, ".holt");
    if (existsSync(home)) return home;
    if (folder === dirname(folder)) return resolve(from, ".holt");
  }
}

/** The local parts' file in `home`; undefined when none run. */
export function findStack(home: string): Stack | undefined {
  try {
    return stackSchema.parse(JSON.parse(readFileSync(join(home, "stack.json"), "utf8")));
  } catch {
    return undefined;
  }
}
