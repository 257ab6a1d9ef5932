import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import { sql } from "kysely";
import { asLogin } from "../support/logins.ts";
import { machine } from "../support/machine.ts";
import type { Stage } from "../support/open-stage.ts";
import { until } from "../support/until.ts";
import { type Canaries, findStrays, hatchCanaries, PLACES, type Place, secretCanary } from "./canaries.ts";
import { actOut } from "./canary-acts.ts";
import { NOBODY, plantData } from "./canary-run.ts";
import type { FaultContext, FaultRow } from "./row.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Canaries in data, words, names and secrets of three whole runs; then everything that the runs left is looked through. */
export const s22: FaultRow = {
  id: "S-22",
  title:
    "Data, words and secrets in logs, in Temporal's state, in histories, error bodies, artifacts, audit rows",
  bound: "no canary is where it does not belong",
  counts: { quick: 30, full: 30 },
  async run(context) {
    const stage = await context.stage();
    const canaries = hatchCanaries();
    await plantData(stage, canaries);
    const worker = startPart(context, "workers/worker.ts", workerSettings(stage, canaries));
    const server = startPart(context, "server/server.ts", serverSettings(stage, canaries));
    await worker.ready();
    const { secrets, errorBodies, surprises } = await actOut(stage, await server.ready(), canaries);
    await loseConnections(stage);
    await server.logs("lost a connection to PostgreSQL");
    await Promise.all([worker.end(), server.end()]);
    const left = new Map<Place, Buffer>([
      ["the worker's log", worker.written()],
      ["the server's log", server.written()],
      ["Temporal's database file", await filesBeside(context.temporalFile)],
      ["saved histories", await historiesOf(stage)],
      ["error bodies", Buffer.from(errorBodies.join("\n"))],
      ["artifacts", await filesBelow(stage.artifactsFolder)],
      ["audit rows", await auditOf(stage)],
    ]);
    const password = secretCanary("the password of the database", new URL(stage.database.url).password);
    const all = [...Object.values(canaries), ...secrets, password];
    return {
      n: all.length,
      failures: [
        ...surprises,
        ...findStrays(all, left),
        ...controls(left, canaries),
        ...worker.notJson(),
        ...server.notJson(),
      ],
    };
  },
};

/** What must be found, or the scan sees nothing. */
function controls(left: ReadonlyMap<Place, Buffer>, canaries: Canaries): string[] {
  const wanted: Record<Place, string> = {
    "the worker's log": "activity failed",
    "the server's log": "lost a connection to PostgreSQL",
    "Temporal's database file": "shelf-rejected",
    "saved histories": "shelf-rejected",
    "error bodies": "urn:holt:error:not_signed_in",
    artifacts: canaries.item.text,
    "audit rows": canaries.rejection.text,
  };
  return PLACES.filter((place) => !left.get(place)?.includes(wanted[place])).map(
    (place) => `"${wanted[place]}" is not found in ${place}, so a canary would not be either`,
  );
}

function workerSettings(stage: Stage, canaries: Canaries): NodeJS.ProcessEnv {
  return {
    ...settingsOf(stage, "worker"),
    HOLT_INGEST_DATABASE_URL: asLogin(stage.database.url, "ingest"),
    HOLT_SMTP_URL: `smtp://holt:${canaries.smtpPassword.text}@${NOBODY}`,
    HOLT_SLACK_API_URL: `http://${NOBODY}/api/`,
    HOLT_SLACK_TOKEN: `xoxb-${canaries.slackToken.text}`,
    HOLT_WEBHOOK_SECRET: `whsec_${canaries.webhookSecret.text}`,
  };
}

function serverSettings(stage: Stage, canaries: Canaries): NodeJS.ProcessEnv {
  return {
    ...settingsOf(stage, "server"),
    HOLT_SIGN_IN_DATABASE_URL: asLogin(stage.database.url, "sign_in"),
    HOLT_PORT: "0",
    HOLT_SLACK_SIGNING_SECRET: canaries.slackSecret.text,
    HOLT_SLACK_TOKEN: `xoxb-${canaries.slackToken.text}`,
    HOLT_OIDC_ISSUER: `http://${NOBODY}`,
    HOLT_OIDC_CLIENT_ID: "holt",
    HOLT_OIDC_CLIENT_SECRET: canaries.oidcSecret.text,
    HOLT_OIDC_ROLES: JSON.stringify({ claim: "groups", values: {} }),
  };
}

function settingsOf(stage: Stage, login: "worker" | "server"): NodeJS.ProcessEnv {
  return {
    ...machine(),
    DATABASE_URL: asLogin(stage.database.url, login),
    TEMPORAL_ADDRESS: stage.temporalAddress,
    TEMPORAL_NAMESPACE: stage.namespace,
    HOLT_ARTIFACTS: stage.artifactsFolder,
    HOLT_HOME: stage.files,
  };
}

/** A process of Holt's with everything that it writes. */
function startPart(context: FaultContext, program: string, env: NodeJS.ProcessEnv) {
  const child: ChildProcess = spawn(process.execPath, [join(ROOT, program)], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, errors] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (chunk) => (out += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk) => (errors += chunk));
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const endBy = async (signal: NodeJS.Signals) => {
    if (!isRunning()) return;
    child.kill(signal);
    await once(child, "close");
  };
  context.cleanUp(() => endBy("SIGKILL"));
  const lineWith = (words: string) =>
    until(`"${words}" in the log of ${program}`, async () => {
      if (!isRunning()) throw new Error(`${program} has ended: ${errors}`);
      return out.split("\n").find((line) => line.includes(words));
    });
  return {
    /** Resolves with the address that it listens at, if it does. */
    ready: async (): Promise<string> => JSON.parse(await lineWith('"ready":true')).url,
    logs: lineWith,
    end: () => endBy("SIGTERM"),
    written: () => Buffer.from(out + errors),
    notJson: () =>
      out
        .split("\n")
        .filter((line) => line !== "" && !line.startsWith("{"))
        .map((line) => `${program} logs what is not JSON: ${line}`),
  };
}

/** Has both parts log an error of the connection, which knows the password. */
async function loseConnections({ database: { db } }: Stage): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name in ('holt-server', 'holt-worker')`.execute(db);
}

/** SQLite keeps the newest of it in files beside the first. */
async function filesBeside(file: string): Promise<Buffer> {
  const names = ["", "-wal", "-shm"].map((end) => file + end);
  return Buffer.concat(await Promise.all(names.map((name) => readFile(name).catch(() => Buffer.alloc(0)))));
}

async function filesBelow(folder: string): Promise<Buffer> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}

/** Every workflow's history as `holt replay` saves it, its payloads in the open. */
async function historiesOf({ temporal }: Stage): Promise<Buffer> {
  let all = "";
  for await (const { workflowId, runId } of temporal.workflow.list()) {
    const history = await temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    const json = historyToJSON(history);
    const payloads = [...json.matchAll(/"data":\s*"([A-Za-z0-9+/=]+)"/g)];
    all += `${workflowId}\n${json}\n`;
    all += payloads.map(([, data = ""]) => `${Buffer.from(data, "base64").toString("utf8")}\n`).join("");
  }
  return Buffer.from(all);
}

async function auditOf({ database: { db } }: Stage): Promise<Buffer> {
  const { rows } = await sql<{ text: string }>`select audit::text as text from audit`.execute(db);
  return Buffer.from(rows.map(({ text }) => text).join("\n"));
}
