/** What is kept on a server's disk comes to PostgreSQL, whatever is away, refused or damaged meanwhile. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../db/connection.ts";
import { exposureLine, outcomeLine } from "../../db/exposure-lines.ts";
import { timedId } from "../../store/timed-id.ts";
import { openTcpRelay } from "../../tests/faults/tcp-relay.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { asLogin } from "../../tests/support/logins.ts";
import { Spool } from "./spool.ts";
import { startSpool } from "./start.ts";

const LIMITS = { maxBytes: 2 ** 24, keepDays: 90, syncExposures: false };

/** A database behind a relay, and spools in one folder that bring to it what they keep. */
async function setUp() {
  const database = await testDatabase();
  const at = new URL(asLogin(database.url, "server"));
  const relay = await openTcpRelay(at.host);
  at.host = relay.address;
  const folder = await mkdtemp(join(tmpdir(), "holt-drain-"));
  onTestFinished(async () => {
    await relay.close();
    await rm(folder, { recursive: true });
  });
  const said: string[] = [];
  const start = async () => {
    const own = openDatabase(at.href, { applicationName: "holt-test", onLostConnection: () => {} });
    const log = {
      error: (_: object, words: string) => said.push(words),
      warn: (_: object, words: string) => said.push(words),
    };
    const running = await startSpool({ database: own, folder, limits: LIMITS, log });
    onTestFinished(async () => {
      await running.close();
      await own.close();
    });
    return running;
  };
  const stored = async () => {
    const rows = await database.db.selectFrom("exposure").select("user_id").orderBy("user_id").execute();
    return rows.map(({ user_id }) => user_id);
  };
  return { ...database, relay, folder, start, stored, said };
}

function lineOf(user: string, id = timedId()): string {
  const of = { model: "shop", version: 1, arm: "champion", fallback: false, k: 1, context: {} };
  return exposureLine({ ...of, id, user, items: [{ id: "i1", score: 1 }] });
}

it("brings what is kept to PostgreSQL within moments, and leaves nothing on the disk", async () => {
  const { start, stored, folder, said } = await setUp();
  const { spool, state } = await start();
  for (const user of ["a", "b", "c"]) expect(await spool.append("exposure", [lineOf(user)])).toBe(true);
  await expect.poll(stored).toEqual(["a", "b", "c"]);
  await expect.poll(() => readdir(join(folder, "0"))).toEqual(["lock"]);
  await expect.poll(state).toEqual({ problem: null, waitingBytes: 0, notRecorded: 0, setAside: 0 });
  expect(said).toEqual([]);
});

it("keeps all while PostgreSQL is away, after a start too, says so once, and stores it when it is back", async () => {
  const { start, stored, relay, said } = await setUp();
  relay.set("cut");
  const first = await start();
  await first.spool.append("exposure", [lineOf("before")]);
  await expect.poll(() => first.state().problem).toMatch(/^PostgreSQL takes no exposures and outcomes/);
  await first.close();
  const second = await start();
  expect(await second.spool.append("exposure", [lineOf("after")])).toBe(true);
  await expect.poll(() => second.state().problem).not.toBeNull();
  expect(second.state().waitingBytes).toBeGreaterThan(0);
  relay.set("fair");
  await expect.poll(stored, { timeout: 15_000 }).toEqual(["after", "before"]);
  await expect.poll(() => second.state().problem).toBeNull();
  const told = said.filter((words) => words.includes("the spool keeps them"));
  expect(told.length).toBeLessThanOrEqual(3); // once for each, and at the end of the first
});

it("says that PostgreSQL takes nothing only until it takes the first of what waits, however much is left", async () => {
  const { start, stored, relay, pool } = await setUp();
  relay.set("cut");
  const { spool, state } = await start();
  await spool.append("exposure", [lineOf("a")]);
  await spool.rotate();
  const outcome = { kind: "click", id: "c1", recommendationId: timedId(), itemId: "i1" } as const;
  const told = { outcome, personId: crypto.randomUUID(), receivedMs: Date.now() };
  await spool.append("outcome", [outcomeLine(told)]);
  await expect.poll(() => state().problem).not.toBeNull();
  const other = await pool.connect();
  onTestFinished(() => other.release(true));
  await other.query("begin; lock table outcome in share mode"); // the rest takes long
  relay.set("fair");
  await expect.poll(stored, { timeout: 15_000 }).toEqual(["a"]);
  await expect
    .poll(state)
    .toMatchObject({ problem: null, waitingBytes: expect.toSatisfy((left) => left > 0) });
  await other.query("rollback");
  await expect.poll(() => state().waitingBytes).toBe(0);
});

it("stores once what comes again, as after an end between PostgreSQL's commit and the file's removal", async () => {
  const { start, stored, folder } = await setUp();
  const first = await start();
  const line = lineOf("a");
  await first.spool.append("exposure", [line, line]);
  await first.spool.rotate();
  const [segment] = await first.spool.closedSegments();
  const bytes = await readFile(String(segment?.path));
  await first.close();
  expect(await stored()).toEqual(["a"]);
  await writeFile(join(folder, "0", "1000000000000.segment"), bytes);
  const second = await start();
  await second.flush();
  expect(await stored()).toEqual(["a"]);
  expect(second.state().waitingBytes).toBe(0);
});

it("sets aside what PostgreSQL never takes and what the disk damaged, with the reason, and stores all others", async () => {
  const { start, stored, folder, said } = await setUp();
  const { spool, flush, state } = await start();
  const refused = lineOf("from a clock that is wrong", timedId(Date.UTC(2020, 0, 1)));
  await spool.append("exposure", [lineOf("a"), refused, lineOf("b")]);
  await flush();
  await writeFile(join(folder, "x"), ""); // not of the spool
  await spool.append("exposure", [lineOf("c"), lineOf("d")]);
  await spool.rotate();
  const [segment] = await spool.closedSegments();
  if (segment)
    await writeFile(segment.path, (await readFile(segment.path, "utf8")).replace("\tc\t", "\tx\t"));
  await flush();
  expect(await stored()).toEqual(["a", "b", "d"]);
  expect(state()).toMatchObject({ setAside: 2, waitingBytes: 0 });
  const names = (await readdir(join(folder, "0"))).filter((name) => name.endsWith(".set-aside")).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, "0", name), "utf8")));
  expect(texts).toEqual([
    `# PostgreSQL: HT400\n${refused}`,
    expect.stringMatching(/^# its checksum is wrong\n[0-9a-f]{8} e .*\tx\t.*\n$/),
  ]);
  expect(said).toEqual(Array(2).fill("exposures or outcomes were set aside beside the spool"));
});

it("has days removed that are older than they are kept, and leaves the others", async () => {
  const { start, stored } = await setUp();
  const first = await start(); // its own look at what is old is over when something is stored
  const old = [91, 89].map((days) => lineOf(`${days} days`, timedId(Date.now() - days * 86_400_000)));
  await first.spool.append("exposure", old);
  await expect.poll(stored).toEqual(["89 days", "91 days"]);
  await first.close();
  await start();
  await expect.poll(stored).toEqual(["89 days"]);
});

it("stores what a server left that did not come again, and leaves a living one's to it", async () => {
  const { start, stored, folder } = await setUp();
  const gone: Spool[] = [];
  for (const user of ["left 0", "left 1"]) {
    const spool = new Spool({
      folder,
      maxBytes: 1_000,
      syncExposures: false,
      onProblem: () => {},
      onRecovered: () => {},
    });
    await spool.open();
    await spool.append("exposure", [lineOf(user)]);
    gone.push(spool);
  }
  await gone[1]?.close(); // its folder stays, and nobody has it
  const third = await start(); // takes folder 1
  expect(third.spool.folder).toBe(join(folder, "1"));
  await expect.poll(stored).toEqual(["left 1"]);
  await gone[0]?.close();
  const fourth = await start(); // takes folder 0
  await fourth.flush();
  // the third may have found it first, and be about to store it
  await expect.poll(stored).toEqual(["left 0", "left 1"]);
});

it("stores the folders of servers that are gone for good", async () => {
  const { start, stored, folder } = await setUp();
  const spools: Spool[] = [];
  for (const user of ["of 0", "of 1", "of 2"]) {
    const spool = new Spool({
      folder,
      maxBytes: 1_000,
      syncExposures: false,
      onProblem: () => {},
      onRecovered: () => {},
    });
    await spool.open();
    await spool.append("exposure", [lineOf(user)]);
    spools.push(spool);
  }
  for (const spool of spools) await spool.close();
  await start();
  await expect.poll(stored).toEqual(["of 0", "of 1", "of 2"]);
});
