import pg from "pg";
import type { Login } from "../../db/database-roles.ts";
import type { TestDatabase } from "../support/database-at.ts";
import { asLogin } from "../support/logins.ts";

/** A connection of this login's own. Without a login: the superuser's. */
export interface Session {
  /** The SQLSTATE at which these statements end; empty when all was done. */
  attempt(...statements: string[]): Promise<string>;
  end(): Promise<void>;
}

export async function openSessionAs({ url }: TestDatabase, login: Login | undefined): Promise<Session> {
  const client = new pg.Client({ connectionString: login ? asLogin(url, login) : url });
  client.on("error", () => {});
  await client.connect();
  return {
    async attempt(...statements) {
      try {
        for (const statement of statements) await client.query(statement);
        return "";
      } catch (error) {
        return (error as pg.DatabaseError).code ?? String(error);
      }
    },
    end: () => client.end(),
  };
}

/** The same in a session that is made for it, so that what it leaves there changes nothing. */
export async function tryAs(
  database: TestDatabase,
  login: Login | undefined,
  statements: readonly string[],
): Promise<string> {
  const session = await openSessionAs(database, login);
  try {
    return await session.attempt(...statements);
  } finally {
    await session.end();
  }
}
