import { join } from "node:path";
import { LOGINS, loginVariable } from "../db/database-roles.ts";
import { makeSigningKey } from "../operations/audit-keys.ts";
import { localAudit } from "../operations/audit-settings.ts";
import type { Settings } from "../store/settings.ts";
import type { LoginUrls } from "./logins.ts";
import { startPart } from "./part.ts";
import type { Ports } from "./ports.ts";
import { type Starting, settleAll } from "./starting.ts";

const ROOT = join(import.meta.dirname, "..");

/** Starts worker and server with the settings that they read from their environment; each has its own logins only. */
export async function startParts(
  starting: Starting,
  settings: Settings,
  { ports, logins }: { ports: Ports; logins: LoginUrls },
): Promise<void> {
  const { env, home, logFolder, signal, onNews, undo, lose, running } = starting;
  onNews("starting worker and server");
  const audit = localAudit(home);
  const ownAudit = env["HOLT_AUDIT_FOLDER"] || env["HOLT_AUDIT_KEY_FILE"];
  if (!ownAudit) await makeSigningKey(audit.keyFile);
  const hidden = new Set(["DATABASE_URL", "HOLT_TOKEN", ...LOGINS.map(loginVariable)]);
  const partEnv = {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !hidden.has(name))),
    TEMPORAL_ADDRESS: settings.temporalAddress,
    TEMPORAL_NAMESPACE: settings.temporalNamespace,
    ...(settings.temporalUiUrl ? { HOLT_TEMPORAL_UI_URL: settings.temporalUiUrl } : {}),
    HOLT_HOME: home,
    HOLT_ARTIFACTS: settings.artifactsFolder,
    HOLT_SERVER_URL: settings.serverUrl,
    HOLT_PORT: String(ports.server),
    ...(ownAudit ? {} : { HOLT_AUDIT_KEY_FILE: audit.keyFile, HOLT_AUDIT_FOLDER: audit.folder }),
    NODE_COMPILE_CACHE: env["NODE_COMPILE_CACHE"] ?? join(home, "compile-cache"),
  };
  const start = async (name: string, script: string, own: NodeJS.ProcessEnv): Promise<void> => {
    const part = await startPart({
      name,
      script: join(ROOT, script),
      env: { ...partEnv, ...own },
      logFile: join(logFolder, `${name}.log`),
      signal,
      onRestart: onNews,
      onLost: lose,
    });
    running[name] = part.pid;
    undo.add(part.stop);
  };
  const worker = { DATABASE_URL: logins.worker, HOLT_INGEST_DATABASE_URL: logins.ingest };
  const server = { DATABASE_URL: logins.server, HOLT_SIGN_IN_DATABASE_URL: logins.sign_in };
  await settleAll([
    start("worker", "workers/worker.ts", worker),
    start("server", "server/server.ts", server),
  ]);
}
