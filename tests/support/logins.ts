import type { Database } from "../../db/connection.ts";
import { LOGINS, type Login, loginUrl, setPassword } from "../../db/database-roles.ts";

/** Gives the logins of a test server the password of its superuser, which is random and dies with the server. */
export async function setTestPasswords({ db }: Pick<Database, "db">, url: string): Promise<void> {
  for (const login of LOGINS) await setPassword(db, login, new URL(url).password);
}

/** The address of a test's database for one of the logins. */
export function asLogin(url: string, login: Login): string {
  return loginUrl(url, login, new URL(url).password);
}
