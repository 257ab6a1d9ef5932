/** The server's process: serving, API, pages, and the relay of wake-ups. */
import { hostname } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { openDatabase } from "../db/connection.ts";
import { readNotifySettings } from "../notify/settings.ts";
import { readCheckpointSettings } from "../operations/audit-settings.ts";
import { connectTemporal } from "../operations/temporal.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { LOG_HOOKS, LOG_SERIALIZERS } from "../store/describe-error.ts";
import { readSettings } from "../store/settings.ts";
import { buildApp } from "./app.ts";
import { startCheckpoints } from "./checkpoints.ts";
import { listenSettings } from "./listen-settings.ts";
import { OidcProvider } from "./oidc/provider.ts";
import { readOidcSettings } from "./oidc/settings.ts";
import { readOverloadSettings } from "./overload/settings.ts";
import { readPictureOrigins } from "./picture-origins.ts";
import { assertProduction, assertSignIn } from "./production.ts";
import { startRelay } from "./relay.ts";
import { openServing } from "./serving/open-serving.ts";
import { readServingSettings } from "./serving/settings.ts";
import { readSpoolSettings } from "./spool/settings.ts";
import { startSpool } from "./spool/start.ts";
import { readTransport } from "./transport.ts";
import { readHeartbeatUrl, startWatchdog } from "./watchdog.ts";

/** What has begun to arrive when no connection is accepted any more has so long to arrive as a whole. */
const ARRIVE_WITHIN_MS = 4_000;
/** Whatever still hangs so long after that moment hangs for ever. */
const FORCE_AFTER_MS = 9_500;

const settings = readSettings();
const { host, port, drainMs } = listenSettings(process.env);
const transport = await readTransport(process.env);
const pictureOrigins = readPictureOrigins(process.env);
const oidcSettings = readOidcSettings(process.env, settings.serverUrl);
const checkpointSettings = await readCheckpointSettings(process.env);
const spoolSettings = readSpoolSettings(process.env);
const heartbeatUrl = readHeartbeatUrl(process.env);
const log = pino({ base: { part: "server" }, serializers: LOG_SERIALIZERS, hooks: LOG_HOOKS });
const database = openDatabase(settings.databaseUrl, {
  applicationName: "holt-server",
  onLostConnection: (error) => log.warn({ err: error }, "lost a connection to PostgreSQL"),
});
await assertProduction(process.env, {
  ...{ settings, transport, database },
  onTooStrong(error) {
    log.fatal({ err: error }, "ends: PostgreSQL is back, and this login may not serve");
    process.exit(1);
  },
});
assertSignIn(settings, {
  provider: oidcSettings !== undefined,
  slack: readNotifySettings().slackSigningSecret !== undefined,
});
const signIn =
  settings.signInDatabaseUrl === undefined
    ? undefined
    : openDatabase(settings.signInDatabaseUrl, {
        applicationName: "holt-sign-in",
        maxConnections: 2,
        onLostConnection: (error) => log.warn({ err: error }, "lost a connection to PostgreSQL"),
      });
const temporal = connectTemporal(settings);
const operations = {
  database,
  signIn,
  temporal: temporal.client,
  onDelay: (error: Error) => log.warn({ err: error }, "a wake-up waits for Temporal"),
};
const artifacts = new ArtifactStore(settings.artifactsFolder);
const servingSettings = {
  ...readServingSettings(process.env, settings.home),
  name: `${hostname()}:${port}`,
  overload: readOverloadSettings(process.env),
};
const serving = openServing(database, artifacts, servingSettings, {
  onProblem: (error, about) => log.error({ err: error, ...about }, "what is live could not be loaded"),
  onLocalProblem: (error) => log.error({ err: error }, "the local folder cannot be relied on"),
  onScorerProblem: (error) =>
    log.error({ err: error }, "the scorer's process failed; popularity lists answer"),
  onHistoryProblem: (error) =>
    log.warn({ err: error }, "no history in time; the popularity list answers who isn't in memory"),
});
const { live } = serving;
await serving.start();
const spool = await startSpool({ database, folder: settings.spoolFolder, limits: spoolSettings, log });
const relay = startRelay(operations, (error) => log.warn({ err: error }, "wake-ups wait for Temporal"));
const checkpoints =
  checkpointSettings &&
  startCheckpoints(database, checkpointSettings, (error) =>
    log.error({ err: error }, "the audit log's end could not be signed"),
  );
const watchdog = startWatchdog(operations, {
  heartbeatUrl,
  onProblem: (problem) => log.error({ problem }, "the watchdog of the monitors"),
  onOpened: (incident) => log.error({ incident }, "incident opened: a monitor stands still"),
});

let isEnding = false;
const health = async () => ({
  ready: live.canAnswer && !isEnding,
  details: {
    database: live.databaseProblem ?? "ok",
    temporal: relay.problem() ?? "ok",
    checkpoints: checkpoints ? (checkpoints.problem() ?? "ok") : "off",
    watchdog: watchdog.problem() ?? "ok",
    ...serving.health(),
    spool: spool.state(),
  },
});
const app = await buildApp(
  {
    database,
    operations: { ...operations, checkRelease: serving.checkRelease },
    ...serving.context,
    spool: spool.spool,
    tally: spool.tally,
    artifacts,
    pictureOrigins,
    oidc: oidcSettings && new OidcProvider(oidcSettings),
    serverUrl: settings.serverUrl,
    transport,
    temporalUiUrl: settings.temporalUiUrl,
    temporalNamespace: settings.temporalNamespace,
    webFolder: join(import.meta.dirname, "../dist/web"),
    isEnding: () => isEnding,
  },
  health,
  log,
);
const url = await app.listen({ host, port });
log.info({ ready: true, url }, "ready");

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end(signal));

/** Not ready first, then, when a load balancer has seen that, no new connection; what was accepted is answered. */
async function end(signal: string): Promise<void> {
  log.info({ signal }, "ending");
  isEnding = true;
  setTimeout(() => process.exit(1), drainMs + FORCE_AFTER_MS).unref();
  await new Promise((resolve) => setTimeout(resolve, drainMs));
  setTimeout(() => app.connections.endLate(), ARRIVE_WITHIN_MS).unref();
  await app.close();
  await Promise.all([relay.close(), serving.close(), spool.close(), checkpoints?.close(), watchdog.close()]);
  await Promise.all([database.close(), signIn?.close(), temporal.close()]);
  log.info("ended");
}
