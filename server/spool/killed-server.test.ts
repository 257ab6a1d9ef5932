/** The server's own process, ended by kill -9 between what it acknowledged and PostgreSQL. */
import { appendFile, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, it, onTestFinished } from "vitest";
import type { Recommendations } from "../../core/api.ts";
import { openShop, readiness, startShop } from "../../tests/faults/served-shop.ts";
import { testDatabase } from "../../tests/support/database.ts";

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "holt-killed-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A shop with a server process, and a way to ask it, tell it and kill it. */
async function setUp() {
  const context = {
    database: testDatabase,
    folder,
    cleanUp: (end: () => unknown) => onTestFinished(async () => void (await end())),
    temporalAddress: inject("temporalAddress"),
  };
  const shop = await openShop(context);
  const spoolFolder = join(await folder(), "spool");
  const start = () => startShop(context, { ...shop.env, HOLT_SPOOL_FOLDER: spoolFolder });
  const { db, pool } = shop.database;
  const show = async (url: string, query = ""): Promise<Recommendations> => {
    const address = `${url}/v1/models/shop/recommendations?user=ann&k=3${query}`;
    return (await (await fetch(address, { headers: shop.headers })).json()) as Recommendations;
  };
  const tell = async (url: string, outcomes: readonly object[]) => {
    const headers = { ...shop.headers, "content-type": "application/json" };
    const response = await fetch(`${url}/v1/outcomes`, {
      method: "POST",
      headers,
      body: JSON.stringify({ outcomes }),
    });
    return response.status;
  };
  const holdUp = async () => {
    const session = await pool.connect();
    await session.query("begin");
    await session.query("lock table exposure, outcome in access exclusive mode");
    return async () => {
      await session.query("rollback");
      session.release();
    };
  };
  const exposures = async () =>
    (await db.selectFrom("exposure").select("id").execute()).map(({ id }) => id).sort();
  const outcomes = async () =>
    (await db.selectFrom("outcome").select("id").execute()).map(({ id }) => id).sort();
  return { start, show, tell, holdUp, exposures, outcomes, spoolFolder };
}

it("stores, when it is started again, all that it acknowledged and PostgreSQL did not have, and nothing that was cut off", async () => {
  const { start, show, tell, holdUp, exposures, outcomes, spoolFolder } = await setUp();
  const first = await start();
  const release = await holdUp();
  const shown: string[] = [];
  for (let at = 0; at < 30; at++) {
    const { recorded, recommendationId } = await show(first.url);
    expect(recorded).toBe(true);
    shown.push(recommendationId);
  }
  const clicks = shown.slice(0, 3).map((recommendationId, at) => ({
    ...{ kind: "click", id: `c${at}`, recommendationId, itemId: "i09" },
  }));
  expect(await tell(first.url, clicks)).toBe(202);
  first.child.kill("SIGKILL");
  await expect.poll(() => first.child.signalCode).toBe("SIGKILL");
  await release();
  expect([await exposures(), await outcomes()]).toEqual([[], []]);
  const own = join(spoolFolder, "0");
  const segments = (await readdir(own)).filter((name) => name.endsWith(".segment")).sort();
  expect((await stat(own)).mode & 0o777).toBe(0o700);
  for (const name of segments) expect((await stat(join(own, name))).mode & 0o777).toBe(0o600);
  await appendFile(join(own, String(segments.at(-1))), "deadbeef e 019ab0c4-7c00-7d3e-8f00-01"); // torn by the kill
  const second = await start();
  await expect.poll(exposures, { timeout: 15_000 }).toEqual(shown.sort());
  await expect.poll(outcomes).toEqual(["c0", "c1", "c2"]);
  await expect
    .poll(async () => (await readiness(second.url)).body["spool"])
    .toEqual({
      ...{ problem: null, waitingBytes: 0, notRecorded: 0, setAside: 0 },
    });
  // A back end that never heard the answer tells them again.
  expect(await tell(second.url, clicks)).toBe(202);
  expect(await tell(second.url, [{ ...clicks[0], id: "another" }])).toBe(202);
  await expect.poll(outcomes).toEqual(["another", "c0", "c1", "c2"]);
});

it("records nothing for a look at the head of an answer, or one that nobody will be shown", async () => {
  const { start, show, exposures } = await setUp();
  const { url } = await start();
  expect((await show(url, "&expose=0")).recorded).toBe(false);
  await fetch(`${url}/v1/models/shop/recommendations?user=ann`, { method: "HEAD" });
  const { recommendationId } = await show(url);
  await expect.poll(exposures).toEqual([recommendationId]);
});
