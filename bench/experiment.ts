/**
 * What the analysis of an experiment costs: the sums of 5 metrics in 4 arms over 10 million exposures and 1 million outcomes of
 * a million people in two weeks, at the first look and at the next day's. Its peers do the same in one plain SQL statement, with the settings of
 * psql, and in pandas over columns that are in memory already. All must come to the same sums. Memory is what PostgreSQL's
 * processes have of their own (RssAnon, looked at each 50 ms), and pandas' whole process. Linux only: it reads /proc.
 * Not measured: a disk that is slower than the page cache, what servers write meanwhile.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import getPort from "get-port";
import { mergeMoments } from "../core/experiment/moments.ts";
import { type Database, openDatabase } from "../db/connection.ts";
import { listSums, refreshSums } from "../db/experiment-sums.ts";
import { migrate } from "../db/migrate.ts";
import { startPostgres } from "../local/postgres.ts";
import { asLogin, setTestPasswords } from "../tests/support/logins.ts";
import type { BenchLine } from "./bench-line.ts";
import {
  addExperimentAudience,
  addOutcomes,
  addPeopleOfDay,
  DAYS,
  exportAudience,
} from "./experiment-audience.ts";
import { plainStatement } from "./experiment-plain.ts";
import { watchOwnMemory } from "./own-memory.ts";
import { runPython } from "./python.ts";

const EXPOSURES = Number(process.env["HOLT_BENCH_ROWS"] ?? 10_000_000);
/** Sums of amounts come in another order. */
const LEAST_SAME = 1e-9;

/** Of each metric and arm: units, sum, sum of squares. */
type Sums = Record<string, [number, number, number]>;

export async function run(): Promise<BenchLine[]> {
  const folder = await mkdtemp(join(tmpdir(), "holt-bench-"));
  const postgres = await startPostgres({
    folder: join(folder, "postgres"),
    port: await getPort(),
    parameters: { max_wal_size: "8GB" },
  });
  const database = openDatabase(postgres.url, { applicationName: "holt-bench" });
  const worker = openDatabase(asLogin(postgres.url, "worker"), { applicationName: "holt-bench-worker" });
  try {
    await migrate(database.db);
    await setTestPasswords(database, postgres.url);
    const { id, asOf } = await addExperimentAudience(database, EXPOSURES);
    const memory = watchOwnMemory(postgres.pid);
    const first = await seconds(() => refreshSums(worker.db, { experimentId: id, asOf: asOf(DAYS) }));
    const peakMb = await memory.stop();
    const plain = await seconds(() => askPlainly(database, id, asOf(DAYS)));
    const columns = join(folder, "columns");
    await exportAudience(database, columns, asOf(DAYS));
    const pandas = await runPython<{ seconds: number; peakMb: number; sums: Sums }>("experiment_pandas.py", {
      folder: columns,
      asOf: asOf(DAYS).getTime(),
    });
    const ours = await sumsOf(worker, id);
    assertSame("pandas", ours, pandas.sums);
    assertSame("the plain statement", ours, plain.result);
    await addPeopleOfDay(database, id, EXPOSURES, DAYS);
    await addOutcomes(database, asOf(DAYS), asOf(DAYS + 1));
    const next = await seconds(() => refreshSums(worker.db, { experimentId: id, asOf: asOf(DAYS + 1) }));
    const again = await seconds(() => askPlainly(database, id, asOf(DAYS + 1)));
    assertSame("the plain statement, a day later", await sumsOf(worker, id), again.result);
    const size = `${EXPOSURES.toLocaleString("en-US")} exposures`;
    return [
      {
        name: `experiment: first look at ${size}, beside one SQL statement`,
        ours: first.seconds,
        peer: plain.seconds,
        unit: "s",
      },
      {
        name: "experiment: the same beside pandas, from memory",
        ours: first.seconds,
        peer: pandas.seconds,
        unit: "s",
      },
      {
        name: "experiment: the next day's look, beside the SQL statement",
        ours: next.seconds,
        peer: again.seconds,
        unit: "s",
      },
      {
        name: "experiment: the next day's look, beside pandas' first",
        ours: next.seconds,
        peer: pandas.seconds,
        unit: "s",
      },
      {
        name: "experiment: memory of the first look, beside pandas'",
        ours: peakMb,
        peer: pandas.peakMb,
        unit: "MB",
      },
    ].map((line) => ({ ...line, ratio: line.ours / line.peer, runs: 1 }));
  } finally {
    await worker.close();
    await database.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function seconds<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const start = performance.now();
  const result = await work();
  return { seconds: (performance.now() - start) / 1_000, result };
}

async function sumsOf({ db }: Database, id: string): Promise<Sums> {
  const byArm = Map.groupBy(await listSums(db, id), ({ metric, arm }) => `${metric} ${arm}`);
  return Object.fromEntries(
    [...byArm].map(([key, rows]) => {
      const { n, y, yy } = mergeMoments(rows.map(({ sums }) => sums));
      return [key, [n, y, yy]];
    }),
  );
}

async function askPlainly({ pool }: Database, id: string, asOf: Date): Promise<Sums> {
  const { rows } = await pool.query<{ metric: string; arm: string; n: number; y: number; yy: number }>(
    plainStatement,
    [id, asOf],
  );
  return Object.fromEntries(rows.map(({ metric, arm, n, y, yy }) => [`${metric} ${arm}`, [n, y, yy]]));
}

function assertSame(who: string, ours: Sums, theirs: Sums): void {
  for (const [key, sums] of Object.entries(ours))
    for (const [at, value] of sums.entries()) {
      const other = theirs[key]?.[at] ?? Number.NaN;
      if (!(Math.abs(value - other) <= LEAST_SAME * Math.max(1, Math.abs(value))))
        throw new Error(`${key}: ${who} comes to ${theirs[key]}, Holt to ${sums}`);
    }
}
