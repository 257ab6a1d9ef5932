import { join } from "node:path";
import type { Database } from "../db/connection.ts";
import { LOGINS, type Login, loginUrl, loginVariable, setPassword } from "../db/database-roles.ts";
import { ensurePassword } from "./postgres-data.ts";

export type LoginUrls = Record<Login, string>;

/**
 * Where each login of the database signs in. The environment may name it (HOLT_SERVER_DATABASE_URL and so on); else it
 * gets a password that is made once and kept in `home`.
 */
export async function prepareLogins(
  { db }: Database,
  url: string,
  { home, env }: { home: string; env: NodeJS.ProcessEnv },
): Promise<LoginUrls> {
  const urls: Partial<LoginUrls> = {};
  for (const login of LOGINS) {
    const named = env[loginVariable(login)];
    const password = named ?? (await ensurePassword(join(home, `${login}.password`)));
    if (!named) await setPassword(db, login, password);
    urls[login] = named ?? loginUrl(url, login, password);
  }
  return urls as LoginUrls;
}
