import { sql } from "kysely";
import { until } from "../support/until.ts";
import { asSuperuser } from "./approved-road.ts";
import { type Fleet, openFleet } from "./flipped-fleet.ts";
import type { FaultRow } from "./row.ts";
import { readiness } from "./served-shop.ts";

const SERVERS = 2;
const PER_SECOND = 100;
const WITHIN_MS = 2_000;
/** Every so many flips the servers lose their connections to PostgreSQL just before, and so the word of the flip. */
const CUT_EVERY = 8;
const MOST_TOLD = 20;

/** Two servers, and version after version that goes live. */
export const v10: FaultRow = {
  id: "V-10",
  title: "Two servers while versions go live and back",
  bound: `both serve what is live within ${WITHIN_MS / 1_000} s; no answer of the version before after that; the fence never goes back`,
  counts: { quick: 9, full: 100 },
  async run(context) {
    const fleet = await openFleet(context, { servers: SERVERS, perSecond: PER_SECOND });
    const failures: string[] = [];
    for (let flip = 1; flip <= context.n; flip++) {
      if (flip % CUT_EVERY === 0) await cutOff(fleet);
      const tookMs = await fleet.flip();
      // A test beside others waits for whoever has the processor.
      const allowedMs = context.n < v10.counts.full ? WITHIN_MS * 5 : WITHIN_MS;
      if (tookMs > allowedMs) failures.push(`flip ${flip}: ${Math.round(tookMs)} ms until both served it`);
    }
    failures.push(...(await setBack(fleet)));
    await fleet.stop();
    failures.push(...fleet.heard().failures.slice(0, MOST_TOLD));
    return { n: context.n, failures };
  },
};

async function cutOff({ shop: { database } }: Fleet): Promise<void> {
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'holt_server'`.execute(database.db);
}

/** As a restored backup would: the row of what is live says an earlier flip. Both go on as they are, and say so. */
async function setBack({ shop: { database }, members }: Fleet): Promise<string[]> {
  const before = await database.db.selectFrom("live").selectAll().executeTakeFirstOrThrow();
  await asSuperuser(database, (trx) =>
    trx
      .updateTable("live")
      .set({ version: 3 - before.version, fence: before.fence - 1 })
      .execute(),
  );
  const said: string[] = [];
  for (const { url } of members) {
    const problem = await until(
      "word of it",
      async () => (await readiness(url)).body.models["shop"]?.problem ?? undefined,
    );
    if (!problem.includes(`flip ${before.fence} was served already`))
      said.push(`of a fence that went back: "${problem}"`);
  }
  return said; // an answer of the earlier version would be found by the load
}
