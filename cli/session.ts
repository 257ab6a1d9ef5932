import type { Client } from "@temporalio/client";
import { NotAllowed } from "../core/errors.ts";
import type { Actor } from "../core/roles.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import { authenticate } from "../operations/authenticate.ts";
import type { OperationsContext } from "../operations/context.ts";
import { connectTemporal, type TemporalConnection } from "../operations/temporal.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { readSettings, type Settings } from "../store/settings.ts";

/** What a command works with. */
export interface Session extends OperationsContext {
  settings: Settings;
  database: Database;
  temporal: Client;
  /** Whose token this command was given. @throws {NotAllowed} none, or one that opens nothing */
  actor(): Promise<Actor>;
}

/** Opens what a command needs (PostgreSQL and Temporal on first use), and closes it whatever happens. */
export async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const settings = readSettings();
  const database = openDatabase(settings.databaseUrl, { applicationName: "holt-cli", maxConnections: 4 });
  let temporal: TemporalConnection | undefined;
  try {
    return await work({
      settings,
      database,
      get temporal() {
        temporal ??= connectTemporal(settings);
        return temporal.client;
      },
      async checkRelease({ model, version, release }) {
        // loaded here, since it brings the runtime of models with it
        const { checkRelease } = await import("../scoring/release-check.ts");
        const place = `model "${model}" version ${version}`;
        await checkRelease(new ArtifactStore(settings.artifactsFolder), { release, place });
      },
      actor: () => actorOf(database, settings),
      onDelay: (error) =>
        process.stderr.write(
          `Temporal: could not be reached at ${settings.temporalAddress} (${error.message}); it is told as soon as it is back\n`,
        ),
    });
  } finally {
    await Promise.all([database.close(), temporal?.close()]);
  }
}

function actorOf(database: Database, { token }: Settings): Promise<Actor> {
  if (token) return authenticate({ database }, token);
  throw new NotAllowed(
    'HOLT_TOKEN: is not set, so nobody is known to do this; set it to a token of "holt tokens issue"',
  );
}
