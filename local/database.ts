import { openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { addLocalPeople, type LocalPeople } from "./people.ts";

/** Brings a database up to this code and adds its first people; a second call changes nothing but the token. */
export async function prepareDatabase(url: string): Promise<LocalPeople> {
  const database = openDatabase(url, { applicationName: "holt-local", maxConnections: 2 });
  try {
    await migrate(database.db);
    return await addLocalPeople(database);
  } finally {
    await database.close();
  }
}
