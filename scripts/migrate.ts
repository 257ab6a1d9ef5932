/**
 * Brings the database of DATABASE_URL up to this code, as its owner: `node scripts/migrate.ts`. Again it changes
 * nothing. Each login that the environment names (HOLT_WORKER_DATABASE_URL and so on) gets the password that is there.
 */
import { openDatabase } from "../db/connection.ts";
import { LOGINS, limitDatabase, loginVariable, passwordIn, setPassword } from "../db/database-roles.ts";
import { migrate } from "../db/migrate.ts";
import { readSettings } from "../store/settings.ts";

const database = openDatabase(readSettings().databaseUrl, {
  applicationName: "holt-migrate",
  maxConnections: 1,
});
try {
  const applied = await migrate(database.db);
  console.log(applied.length > 0 ? `applied: ${applied.join(", ")}` : "the database is up to date");
  await limitDatabase(database.db);
  for (const login of LOGINS) {
    const url = process.env[loginVariable(login)];
    if (url === undefined) continue;
    await setPassword(database.db, login, passwordIn(url, login));
    console.log(`database role holt_${login}: signs in with the password of ${loginVariable(login)}`);
  }
} finally {
  await database.close();
}
