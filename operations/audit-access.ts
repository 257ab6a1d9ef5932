import type { Actor } from "../core/roles.ts";
import { isAuditorLogin } from "../db/audit-chain.ts";
import type { Database } from "../db/connection.ts";
import { requireAbility } from "./authenticate.ts";

/**
 * Lets pass whoever may read the audit log: a person with the ability; where nobody is named, a login of the database
 * that was made for reading it.
 * @param actor who the given token belongs to; throws when none was given
 * @throws {NotAllowed}
 */
export async function requireAuditor(
  { db }: Database,
  { hasToken, actor }: { hasToken: boolean; actor: () => Promise<Actor> },
): Promise<void> {
  if (!hasToken && (await isAuditorLogin(db))) return;
  requireAbility(await actor(), "audit");
}
