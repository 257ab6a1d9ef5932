import { InvalidInput } from "../core/errors.ts";
import type { Database } from "../db/connection.ts";
import { findTooStrongRole } from "../db/database-roles.ts";
import { isProduction, type Settings } from "../store/settings.ts";
import { isLostDatabase } from "./problems.ts";
import type { Transport } from "./transport.ts";
import { within } from "./within.ts";

const ANSWER_WITHIN_MS = 2_000;
const ASK_AGAIN_AFTER_MS = 1_000;

/**
 * Who says whom a provider or Slack signed in could name anybody, so that is a login which nobody but the server has.
 * @throws {InvalidInput} one of them is set, and the login isn't
 */
export function assertSignIn(settings: Settings, set: { provider: boolean; slack: boolean }): void {
  if (settings.signInDatabaseUrl || !(set.provider || set.slack)) return;
  throw new InvalidInput(
    `HOLT_SIGN_IN_DATABASE_URL: is not set, so nobody whom ${set.provider ? "the provider" : "Slack"} names could be let in; name the role holt_sign_in`,
  );
}

interface ProductionParts {
  settings: Settings;
  transport: Transport;
  database: Database;
  onTooStrong: (error: InvalidInput) => void;
}

/**
 * With HOLT_MODE=production the server doesn't start on settings that are meant for one machine and one person. While
 * PostgreSQL cannot be reached it starts, to answer from what it kept; `onTooStrong` hears later that it should not have.
 * @throws {InvalidInput} all that is missing, a line each
 */
export async function assertProduction(
  env: NodeJS.ProcessEnv,
  { settings, transport, database, onTooStrong }: ProductionParts,
): Promise<void> {
  if (!isProduction(env)) return;
  const faults: string[] = [];
  if (!transport.tls && !transport.trustedProxy)
    faults.push(
      "HOLT_TLS_CERT, HOLT_TLS_KEY: are not set; name a certificate, or the proxy that has one in HOLT_TRUSTED_PROXY",
    );
  if (!settings.serverUrl.startsWith("https://"))
    faults.push(
      `HOLT_SERVER_URL: "${settings.serverUrl}" is not https; write the address by which people reach the server`,
    );
  if (!env["HOLT_AUDIT_KEY_FILE"])
    faults.push(
      "HOLT_AUDIT_KEY_FILE: is not set, so nobody could prove that the audit log is whole; name the signing key's file",
    );
  try {
    faults.push(...(await loginFaults(database)));
  } catch (error) {
    if (!isLostDatabase(error as Error)) throw error;
    if (faults.length === 0) void askAgain(database, onTooStrong);
  }
  if (faults.length > 0) throw inProduction(faults);
}

async function loginFaults({ db }: Database): Promise<string[]> {
  const role = await within(ANSWER_WITHIN_MS, "PostgreSQL", findTooStrongRole(db));
  if (role === undefined) return [];
  return [
    `DATABASE_URL: the database role "${role}" may do anything to Holt's tables; sign in as holt_server`,
  ];
}

async function askAgain(database: Database, onTooStrong: ProductionParts["onTooStrong"]): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_AFTER_MS).unref());
    const faults = await loginFaults(database).catch(() => undefined);
    if (faults?.length) onTooStrong(inProduction(faults));
    if (faults) return;
  }
}

function inProduction(faults: readonly string[]): InvalidInput {
  return new InvalidInput(`HOLT_MODE is "production", so:\n${faults.join("\n")}`);
}
