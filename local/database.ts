import { openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { type LoginUrls, prepareLogins } from "./logins.ts";
import { addLocalPeople, type LocalPeople } from "./people.ts";

export interface PreparedDatabase {
  people: LocalPeople;
  logins: LoginUrls;
}

/** Brings a database up to this code, with its first people and logins; a second call changes nothing but tokens. */
export async function prepareDatabase(
  url: string,
  of: { home: string; env: NodeJS.ProcessEnv },
): Promise<PreparedDatabase> {
  const database = openDatabase(url, { applicationName: "holt-local", maxConnections: 2 });
  try {
    await migrate(database.db);
    return { people: await addLocalPeople(database), logins: await prepareLogins(database, url, of) };
  } finally {
    await database.close();
  }
}
