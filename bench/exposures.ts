/**
 * What it costs an answer that its exposure is recorded: processor time of the server's process an answer under load, and the
 * time of one after the other. Its peer is the same question with `expose=0`. Then how many exposures PostgreSQL takes a
 * second from full segments. Linux only: it reads /proc.
 * Not measured: a power cut, a disk of another kind, many servers on one PostgreSQL.
 */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import getPort from "get-port";
import { median } from "../core/metrics.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import { exposureLine } from "../db/exposure-lines.ts";
import { storeSpooled } from "../db/exposures.ts";
import { migrate } from "../db/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { addPerson, issueToken, SET_UP } from "../operations/people.ts";
import { ArtifactStore } from "../store/artifacts.ts";
import { timedId } from "../store/timed-id.ts";
import { addLiveVersion, storeModels } from "../tests/support/shop.ts";
import type { BenchLine } from "./bench-line.ts";
import { cpuUs, type ServerProcess, startServer } from "./server-process.ts";

const SECONDS = 4;
const RUNS = 5;
const AT_ONCE = [1, 16];
const SYNCS = ["outcomes", "all"] as const;
const LINES = 20_000;

export async function run(): Promise<BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bench-"));
  const postgres = await startPostgres({ folder: join(folder, "postgres"), port: await getPort() });
  const database = openDatabase(postgres.url, { applicationName: "holt-bench" });
  try {
    await migrate(database.db);
    const lines = [...(await measureAnswers(database, postgres.url, folder)), await measureStoring(database)];
    return lines;
  } finally {
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Figures {
  cpuUs: number;
  wallUs: number;
}

async function measureAnswers(database: Database, url: string, folder: string): Promise<BenchLine[]> {
  const artifactsFolder = join(folder, "artifacts");
  await addLiveVersion(database.db, { artifacts: await storeModels(new ArtifactStore(artifactsFolder)) });
  await addPerson({ database }, SET_UP, { name: "app", roles: ["service"] });
  const { token } = await issueToken({ database }, SET_UP, { name: "app", ttlMs: 3_600_000 });
  const headers = { authorization: `Bearer ${token}` };
  const lines: BenchLine[] = [];
  for (const sync of SYNCS) {
    const settings = { DATABASE_URL: url, HOLT_ARTIFACTS: artifactsFolder, HOLT_SPOOL_SYNC: sync };
    const server = await startServer({ ...settings, HOLT_HOME: join(folder, sync) });
    for (const connections of AT_ONCE) {
      const figures: Record<"0" | "1", Figures[]> = { 0: [], 1: [] };
      for (let attempt = 0; attempt < RUNS; attempt++)
        for (const expose of ["0", "1"] as const)
          figures[expose].push(await load(server, { headers, connections, expose }));
      for (const [what, of] of [
        ["processor time", "cpuUs"],
        ["time", "wallUs"],
      ] as const) {
        const [ours, peer] = (["1", "0"] as const).map((expose) =>
          median(figures[expose].map((one) => one[of])),
        ) as [number, number];
        const name = `exposures: ${what} an answer, ${connections} at once, HOLT_SPOOL_SYNC=${sync}`;
        lines.push({ name, ours, peer, ratio: ours / peer, unit: "µs", runs: RUNS });
      }
    }
    server.child.kill("SIGTERM");
    await once(server.child, "exit");
  }
  return lines;
}

async function load(
  { child, url }: ServerProcess,
  of: { headers: Record<string, string>; connections: number; expose: string },
): Promise<Figures> {
  const question = `${url}/v1/models/shop/recommendations?user=nobody&k=10&expose=${of.expose}`;
  const { headers, connections } = of;
  await autocannon({ url: question, headers, connections, workers: 1, duration: 1 });
  const before = await cpuUs(child.pid as number);
  const result = await autocannon({ url: question, headers, connections, workers: 1, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${question}: ${result.non2xx} not 2xx`);
  const answers = result["2xx"];
  return {
    cpuUs: ((await cpuUs(child.pid as number)) - before) / answers,
    wallUs: (result.duration * 1_000_000 * connections) / answers,
  };
}

/** Beside it, lines that are there already. */
async function measureStoring(database: Database): Promise<BenchLine> {
  const figures: Record<"first" | "again", number[]> = { first: [], again: [] };
  for (let attempt = 0; attempt < RUNS; attempt++) {
    const lines = Array.from({ length: LINES }, () => Buffer.from(line()));
    for (const which of ["first", "again"] as const) {
      const start = performance.now();
      await storeSpooled(database, "exposure", lines);
      figures[which].push((LINES * 1_000) / (performance.now() - start));
    }
  }
  const [ours, peer] = [figures.first, figures.again].map((of) => median(of)) as [number, number];
  const name = "exposures: stored a second, 10 items each, beside the same again";
  return { name, ours, peer, ratio: ours / peer, unit: "exposures/s", runs: RUNS };
}

function line(): string {
  const items = Array.from({ length: 10 }, (_, rank) => ({ id: `item-${rank}`, score: 1 / (rank + 3) }));
  const of = { model: "shop", version: 1, arm: "champion", fallback: false, k: 10, context: {} };
  return exposureLine({ ...of, id: timedId(), user: `user-${Math.random()}`, items });
}
