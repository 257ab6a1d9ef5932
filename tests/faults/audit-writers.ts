/** Many writers of the audit log at the same time, some of whom are killed in the middle. */
import pg from "pg";
import type { Random } from "./random.ts";

/** PostgreSQL has room for a hundred. */
const AT_ONCE = 40;

export interface Written {
  /** Subjects of entries whose commit PostgreSQL acknowledged. */
  acknowledged: string[];
  /** Writes that were broken off. */
  broken: number;
}

type KilledAt = "in its work" | "as it commits" | undefined;

interface Plan {
  subjects: string[];
  killed: KilledAt;
}

/**
 * Writes `first` to `end`, each a transaction of one to three entries; every third writer is killed. `inTheMiddle` is
 * called once, halfway.
 */
export async function writeAll(
  url: string,
  random: Random,
  { first, end }: { first: number; end: number },
  inTheMiddle: () => Promise<void> = async () => {},
): Promise<Written> {
  const killer = new pg.Pool({ connectionString: url, max: 4 });
  killer.on("error", () => {}); // PostgreSQL was killed
  const written: Written = { acknowledged: [], broken: 0 };
  let next = first;
  let middle: Promise<void> | undefined;
  const work = async () => {
    while (next < end) {
      const write = next++;
      if (write === Math.floor((first + end) / 2)) middle = inTheMiddle();
      const plan: Plan = {
        subjects: Array.from({ length: 1 + random.below(3) }, (_, entry) => `write ${write}.${entry}`),
        killed: random.pick(["in its work", "as it commits", undefined, undefined, undefined, undefined]),
      };
      if (await writeOnce(url, killer, plan)) written.acknowledged.push(...plan.subjects);
      else {
        written.broken++;
        await middle; // until PostgreSQL is back
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  await middle;
  await killer.end();
  return written;
}

/** Whether PostgreSQL said that it is committed. */
async function writeOnce(url: string, killer: pg.Pool, { subjects, killed }: Plan): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // it was killed; the query that it was at fails
  let kill: Promise<unknown> | undefined;
  try {
    await client.connect();
    const { rows } = await client.query("select pg_backend_pid() as pid");
    const end = () => killer.query("select pg_terminate_backend($1)", [rows[0].pid]).catch(() => {}); // it is down
    await client.query("begin");
    for (const subject of subjects) {
      await client.query("insert into audit (action, subject) values ('open_incident', $1)", [subject]);
      if (killed === "in its work") await end();
    }
    if (killed === "as it commits") kill = end();
    await client.query("commit");
    return true;
  } catch {
    return false;
  } finally {
    await kill;
    await client.end().catch(() => {});
  }
}
