/**
 * Records one history of each kind of run into tests/histories/, on servers of its own: `node scripts/record-histories.ts`,
 * or only those that are named: `node scripts/record-histories.ts batch batch_retried`.
 * Run it when a workflow was changed on purpose; the replay test compares every later change with what stands there.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { historyToJSON } from "@temporalio/common/lib/proto-utils.js";
import getPort from "get-port";
import { sql } from "kysely";
import { openDatabase } from "../db/connection.ts";
import { migrate } from "../db/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { startTemporal } from "../local/temporal.ts";
import { findTemporalCommand } from "../local/temporal-command.ts";
import { setTestPasswords } from "../tests/support/logins.ts";
import { openStageAt, type Stage } from "../tests/support/open-stage.ts";
import { SCENARIOS } from "../tests/support/scenarios.ts";
import { startWorkers } from "../tests/support/workers.ts";

const HISTORIES = fileURLToPath(new URL("../tests/histories/", import.meta.url));

const asked = process.argv.slice(2);
const names = Object.keys(SCENARIOS).filter((name) => asked.length === 0 || asked.includes(name));
const folder = await mkdtemp(join(tmpdir(), "holt-record-"));
const postgres = await startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
const temporal = await startTemporal({
  command: await findTemporalCommand(),
  databaseFile: join(folder, "temporal.db"),
  port: await getPort(),
  namespaces: names.map(namespaceOf),
});
try {
  for (const [name, play] of Object.entries(SCENARIOS).filter(([name]) => names.includes(name))) {
    const stage = await openStage(name);
    const stopWorkers = await startWorkers(stage);
    const workflow = await play(stage);
    const history = await workflow.fetchHistory();
    await writeFile(
      join(HISTORIES, `${name}.json`),
      `${anonymous(JSON.stringify(JSON.parse(historyToJSON(history))), stage)}\n`,
    );
    console.log(`${name}: ${history.events?.length} events`);
    await stopWorkers();
    await stage.close();
  }
} finally {
  await Promise.all([postgres.stop(), temporal.stop()]);
  await rm(folder, { recursive: true, force: true });
}

async function openStage(name: string): Promise<Stage> {
  const admin = openDatabase(postgres.url, { applicationName: "holt-record" });
  await sql`create database ${sql.id(name)}`.execute(admin.db);
  await admin.close();
  const url = new URL(name, postgres.url).href;
  const database = { ...openDatabase(url, { applicationName: "holt-record" }), url };
  await migrate(database.db);
  await setTestPasswords(database, url);
  return openStageAt({ database, temporalAddress: temporal.address, namespace: namespaceOf(name) });
}

function namespaceOf(name: string): string {
  return name.replaceAll("_", "-");
}

/** Without this machine: its name and process ids are in every event's identity, its folders may be in an error. */
function anonymous(json: string, stage: Stage): string {
  return json
    .replaceAll(stage.files, "files")
    .replaceAll(`${process.pid}@${hostname()}`, "holt")
    .replaceAll(hostname(), "machine");
}
