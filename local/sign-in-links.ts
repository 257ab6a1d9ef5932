import { openDatabase } from "../db/connection.ts";
import { issueSignInCode } from "../operations/sessions.ts";
import type { LocalName } from "./people.ts";
import type { Stack } from "./stack.ts";

/** Links that sign a browser in as one of the local people, each good once and for five minutes. */
export async function signInLinks<Name extends LocalName>(
  { settings, people }: Stack,
  names: readonly Name[],
): Promise<[Name, string][]> {
  const database = openDatabase(settings.databaseUrl, { applicationName: "holt-local", maxConnections: 1 });
  try {
    const links: [Name, string][] = [];
    for (const name of names) {
      const { code } = await issueSignInCode({ database }, people[name]);
      links.push([name, `${settings.serverUrl}/#sign-in=${code}`]);
    }
    return links;
  } finally {
    await database.close();
  }
}
