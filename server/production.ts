import { InvalidInput } from "../core/errors.ts";
import type { Database } from "../db/connection.ts";
import { findTooStrongRole } from "../db/database-roles.ts";
import { isProduction, type Settings } from "../store/settings.ts";
import type { Transport } from "./transport.ts";

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

/**
 * With HOLT_MODE=production the server doesn't start on settings that are meant for one machine and one person.
 * @throws {InvalidInput} all that is missing, a line each
 */
export async function assertProduction(
  env: NodeJS.ProcessEnv,
  { settings, transport, database }: { settings: Settings; transport: Transport; database: Database },
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
  const role = await findTooStrongRole(database.db);
  if (role !== undefined)
    faults.push(
      `DATABASE_URL: the database role "${role}" may do anything to Holt's tables; sign in as holt_server`,
    );
  if (faults.length > 0) throw new InvalidInput(`HOLT_MODE is "production", so:\n${faults.join("\n")}`);
}
