import { readdir } from "node:fs/promises";
import getPort from "get-port";
import { until } from "../support/until.ts";
import { startTeller } from "./outcome-teller.ts";
import { type PacedLoad, startPacedLoad } from "./paced-load.ts";
import type { FaultRow } from "./row.ts";
import { openShop, readiness, type ServedShop, startShop } from "./served-shop.ts";

const QUICK = { perSecond: 200, kills: 2 };
const FULL = { perSecond: 5_000, kills: 3 };
const CONNECTIONS = 24;
/** Failures of one kind are told so often. */
const MOST_TOLD = 20;

/** Kills the server under load while what it acknowledged is still on its disk alone. */
export const v11: FaultRow = {
  id: "V-11",
  title: "Exposures and outcomes: kill -9 of the server under load",
  bound: "acknowledged minus stored = 0, each once; a server that runs answers 200",
  counts: { quick: 300, full: 300_000 },
  async run(context) {
    const shop = await openShop(context);
    const spoolFolder = await context.folder();
    const env = { ...shop.env, HOLT_PORT: String(await getPort()), HOLT_SPOOL_FOLDER: spoolFolder };
    const { perSecond, kills } = context.n >= v11.counts.full ? FULL : QUICK;
    let server = await startShop(context, env);
    const { url } = server;
    const path = new URL("/v1/models/shop/recommendations?user=ann", url);
    await until("an answer", async () => (await fetch(path, { headers: shop.headers })).status === 200);
    const load = startPacedLoad({ url: path, headers: shop.headers, perSecond, connections: CONNECTIONS });
    const teller = startTeller(url, shop.headers, load.recorded);
    for (let kill = 0; kill < kills; kill++) {
      const at = Math.floor((context.n * (kill + 0.2 + 0.6 * context.random.next())) / kills);
      await untilRecorded(load, at);
      // Every other time whatever it acknowledged since is on the disk alone; else it is just being stored.
      const release = kill % 2 === 0 ? await holdUpStoring(shop) : undefined;
      const { waitingBytes } = await spoolOf(url);
      await until("more on the disk", async () => (await spoolOf(url)).waitingBytes > waitingBytes);
      server.child.kill("SIGKILL");
      await release?.();
      server = await startShop(context, env);
    }
    await untilRecorded(load, context.n);
    await load.stop();
    const told = await teller.stop();
    await until("nothing that waits", async () => (await spoolOf(url)).waitingBytes === 0);
    const failures = [...load.failures, ...teller.failures].slice(0, MOST_TOLD);
    const lost = [
      ...(await lostOf(shop, "exposure", load.recorded)),
      ...(await lostOf(shop, "outcome", told)),
    ];
    failures.push(...lost.slice(0, MOST_TOLD).map((id) => `acknowledged, and not stored: ${id}`));
    if (told.length === 0) failures.push("no outcome was told");
    // Those whose answer was cut off by a kill.
    const more = (await stored(shop)) - load.recorded.length;
    if (more > CONNECTIONS * (kills + 1)) failures.push(`${more} are stored that nobody was shown`);
    const { notRecorded, setAside } = await spoolOf(url);
    if (notRecorded + setAside > 0) failures.push(`${notRecorded} not recorded, ${setAside} set aside`);
    const left = (await readdir(spoolFolder, { recursive: true })).filter((name) =>
      /\.(segment|set-aside)$/.test(name),
    );
    if (left.length > 0) failures.push(`left on the disk: ${left.join(", ")}`);
    failures.push(...(await wouldFind(shop, load.recorded)));
    return { n: load.recorded.length, failures };
  },
};

/** However long it takes, as long as there are ever more. */
async function untilRecorded({ recorded }: PacedLoad, count: number): Promise<void> {
  while (recorded.length < count) {
    const before = recorded.length;
    await until("more answers", async () => recorded.length > before);
  }
}

async function spoolOf(url: string) {
  return (await readiness(url)).body["spool"] as Record<"waitingBytes" | "notRecorded" | "setAside", number>;
}

/** PostgreSQL takes no exposures until that is called which this gives. */
async function holdUpStoring({ database }: ServedShop): Promise<() => Promise<void>> {
  const session = await database.pool.connect();
  await session.query("begin");
  await session.query("lock table exposure in access exclusive mode");
  return async () => {
    await session.query("rollback");
    session.release();
  };
}

/** Ids that are not in the table. */
async function lostOf({ database }: ServedShop, table: "exposure" | "outcome", ids: readonly string[]) {
  const { rows } = await database.pool.query<{ id: string }>(
    `select asked.id from unnest($1::text[]) as asked (id)
     where not exists (select from ${table} where ${table}.id = asked.id${table === "exposure" ? "::uuid" : ""})`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

async function stored({ database }: ServedShop): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>("select count(*) as n from exposure");
  return rows[0]?.n ?? 0;
}

/** The row's own check: one that is taken away is missed. */
async function wouldFind(shop: ServedShop, ids: readonly string[]): Promise<string[]> {
  const one = ids[Math.floor(ids.length / 2)];
  await shop.database.pool.query("delete from exposure where id = $1", [one]);
  const lost = await lostOf(shop, "exposure", ids);
  return lost.includes(String(one)) ? [] : ["an exposure that was taken away is not missed"];
}
