/** Brings the database of DATABASE_URL up to this code: `node scripts/migrate.ts`. Again it changes nothing. */
import { openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { readSettings } from "../store/settings.ts";

const database = openDatabase(readSettings().databaseUrl, {
  applicationName: "holt-migrate",
  maxConnections: 1,
});
try {
  const applied = await migrate(database.db);
  console.log(applied.length > 0 ? `applied: ${applied.join(", ")}` : "the database is up to date");
} finally {
  await database.close();
}
