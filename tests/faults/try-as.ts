import pg from "pg";
import type { Login } from "../../db/database-roles.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { asLogin } from "../support/logins.ts";

/** The SQLSTATE at which a session of this login ends; empty when all was done. Without a login: as the superuser. */
export async function tryAs(
  { url }: TestDatabase,
  login: Login | undefined,
  statements: readonly string[],
): Promise<string> {
  const client = new pg.Client({ connectionString: login ? asLogin(url, login) : url });
  client.on("error", () => {});
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
    return "";
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error);
  } finally {
    await client.end();
  }
}
