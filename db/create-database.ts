import pg from "pg";

const DUPLICATE_DATABASE = "42P04";

/** Makes a database on a server when there is none of that name; returns its connection string. */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`);
  } catch (error) {
    if ((error as { code?: string }).code !== DUPLICATE_DATABASE) throw error;
  } finally {
    await client.end();
  }
  return new URL(name, serverUrl).href;
}
