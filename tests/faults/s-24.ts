import { chmod } from "node:fs/promises";
import getPort from "get-port";
import { type Database, openDatabase } from "../../db/connection.ts";
import { migrate } from "../../db/migrate.ts";
import { startPostgres } from "../../local/postgres.ts";
import { verifyAudit } from "../../operations/audit-verify.ts";
import { writeAll } from "./audit-writers.ts";
import type { FaultRow } from "./row.ts";

/** Writers are killed in the middle of their transactions, and then PostgreSQL itself: a server of its own, on a disk that is synced. */
export const s24: FaultRow = {
  id: "S-24",
  title: "audit under concurrency and crash",
  bound: "the chain is intact, without a gap; what was acknowledged is in it, once",
  counts: { quick: 240, full: 1_000 },
  async run({ n, random, folder, cleanUp }) {
    const home = await folder();
    await chmod(home, 0o755); // as root, PostgreSQL runs as a user of its own, who must get in
    const port = await getPort();
    const start = () => startPostgres({ folder: `${home}/postgres`, port });
    let postgres = await start();
    cleanUp(() => postgres.stop());
    const { url } = postgres;
    const withDatabase = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
      const database = openDatabase(url, { applicationName: "audit-verifier", maxConnections: 1 });
      return work(database).finally(database.close);
    };
    await withDatabase(({ db }) => migrate(db));
    const half = Math.floor(n / 2);
    const first = await writeAll(url, random, { first: 0, end: half });
    const second = await writeAll(url, random, { first: half, end: n }, async () => {
      process.kill(postgres.pid, "SIGKILL");
      await postgres.ended;
      postgres = await start();
    });
    const acknowledged = [...first.acknowledged, ...second.acknowledged];
    const failures = await withDatabase((database) => findFailures(database, acknowledged));
    if (first.broken === 0 || second.broken === 0)
      failures.push("nobody was broken off, so nothing was shown");
    return { n, failures };
  },
};

async function findFailures(database: Database, acknowledged: readonly string[]): Promise<string[]> {
  const { faults, entries } = await verifyAudit(database);
  const failures = faults.map(({ message }) => message);
  const rows = await database.db
    .selectFrom("audit")
    .leftJoin("audit_link", "audit_link.audit_id", "audit.id")
    .select(["subject", "position"])
    .execute();
  if (rows.length !== entries) failures.push(`${rows.length} entries, but the chain has ${entries}`);
  const counts = new Map<string, number>();
  for (const { subject } of rows) counts.set(subject, (counts.get(subject) ?? 0) + 1);
  for (const subject of acknowledged)
    if (counts.get(subject) !== 1)
      failures.push(`${subject}: was acknowledged, and is there ${counts.get(subject) ?? 0} times`);
  for (const [subject, count] of counts) if (count > 1) failures.push(`${subject}: is there ${count} times`);
  return failures;
}
