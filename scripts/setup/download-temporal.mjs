/**
 * Lets Temporal's SDK download its development server into an empty folder, and prints the file's path last. Runs on
 * the locked Node in a process of its own, since that download cannot be cancelled. Arguments: the folder, and the
 * milliseconds within which more must have come, again and again; nothing comes where there is no way to the internet.
 */
import { readdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const [folder = ".", patienceMs] = process.argv.slice(2);
const requireFromWorker = createRequire(createRequire(import.meta.url).resolve("@temporalio/worker"));
const { native } = requireFromWorker("@temporalio/core-bridge");
const { version } = requireFromWorker("@temporalio/core-bridge/package.json");

let before = 0;
setInterval(() => {
  const now = bytesIn(folder);
  if (now === before) giveUp("nothing comes");
  before = now;
}, Number(patienceMs));

const runtime = native.newRuntime({
  logExporter: { type: "console", filter: "ERROR", format: null },
  telemetry: { attachServiceName: true, metricPrefix: "temporal_" },
  metricsExporter: null,
  workerHeartbeatIntervalMillis: null,
});
try {
  // The SDK has no call that only downloads; the server that it starts is ended at once.
  const server = await native.newEphemeralServer(runtime, {
    type: "dev-server",
    exe: {
      ...{ type: "cached-download", downloadDir: folder, version: "default", ttl: 0 },
      ...{ sdkName: "sdk-typescript", sdkVersion: version },
    },
    ...{ namespace: "default", ip: "127.0.0.1", port: null, uiPort: null, dbFilename: null, ui: false },
    log: { format: "pretty", level: "error" },
    extraArgs: [],
  });
  await native.ephemeralServerShutdown(server);
  console.log(join(folder, readdirSync(folder)[0] ?? ""));
  process.exit(0);
} catch (error) {
  giveUp(error instanceof Error ? error.message : String(error));
}

/** @param {string} path */
function bytesIn(path) {
  return readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
}

/** @param {string} why */
function giveUp(why) {
  console.error(`the download failed: ${why}`);
  process.exit(1);
}
