/** Files of static models on real PostgreSQL, models and disk, beside a server that answers for the same versions. */
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MockActivityEnvironment } from "@temporalio/testing";
import { DefaultLogger } from "@temporalio/worker";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, it, onTestFinished } from "vitest";
import type { Recommendations } from "../core/api.ts";
import type { DefinitionInput } from "../core/definition.ts";
import type { JsonObject } from "../core/json.ts";
import type { StaticBody } from "../core/static-file.ts";
import { openDatabase } from "../db/connection.ts";
import { deploy, rollback } from "../db/deployments.ts";
import { addRule, liftRule } from "../db/editorial-rules.ts";
import { findRelease } from "../db/releases.ts";
import { addSafeguard, liftSafeguard } from "../db/safeguards.ts";
import { listStaticFiles } from "../db/static-files.ts";
import { findLive, getVersion, registerVersion } from "../db/versions.ts";
import { listIncidents } from "../db/views/incidents.ts";
import { readPublished, writePublished } from "../store/published-folder.ts";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { addTestPerson, decideAs } from "../tests/support/reviewed-run.ts";
import { testServer } from "../tests/support/server.ts";
import { addOpenReview, addShop, storeModels } from "../tests/support/shop.ts";
import { publishStaticFiles } from "../workers/static-publisher.ts";
import { type MonitorOutcome, monitorActivities } from "./monitor.ts";
import { StaticFiles } from "./static-files.ts";
import { makeStaticLists } from "./static-lists.ts";

const K = 12;
/** A machine may do other things too. */
const PATIENT = { timeout: 10_000 };
const STATIC = { kind: "static", k: K, folder: "shelves", similarItems: 20 } as const;
type Change = Pick<DefinitionInput, "deployment">;

async function setUp() {
  const database = await testDatabase();
  const { db } = database;
  const server = await testServer(database);
  const path = await realpath(await mkdtemp(join(tmpdir(), "holt-static-")));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  // with the rights that a worker has in earnest
  const own = openDatabase(asLogin(database.url, "worker"), { applicationName: "holt-test-worker" });
  onTestFinished(() => own.close().catch(() => undefined));
  const context = { database: own, artifacts: server.artifacts, staticRoot: { path, isDefault: false } };
  const files = new StaticFiles(context);
  const person = await addTestPerson(db, ["reviewer", "deployer"]);
  await addShop(db, "shop", { deployment: STATIC });
  /** Approved, with a number. */
  const register = async (items = 20, change: Change = { deployment: STATIC }) => {
    const run = await addOpenReview(db, {
      artifacts: await storeModels(server.artifacts, "i", items),
      change,
    });
    await decideAs(db, person, run);
    return { run, version: await registerVersion(db, run.runId) };
  };
  type Registered = Awaited<ReturnType<typeof register>>;
  const make = ({ version }: Registered) =>
    makeStaticLists(context, { model: "shop", version }, new AbortController().signal, () => {});
  const flip = async ({ run, version }: Registered) => {
    const { artifactDigest } = (await findRelease(db, run.releaseDigest)) ?? {};
    const signed = { artifactDigest: String(artifactDigest), reportDigest: run.reportDigest };
    await deploy(db, { runId: run.runId, version }, signed);
  };
  const live = async (items?: number, change?: Change) => {
    const made = await register(items, change);
    await make(made);
    await flip(made);
    return made;
  };
  const read = async (folder = "shelves") => {
    const file = await readPublished(join(path, folder), "shop.json");
    return file?.body as (StaticBody & JsonObject) | undefined;
  };
  const problemIn = async (folder = "shelves") =>
    (await listStaticFiles(db, "shop")).find((row) => row.folder === folder)?.problem;
  const back = (expected: number, to: number | null = null) =>
    rollback(db, { proof: person.proof, model: "shop", expected, to, reason: "worse" });
  return {
    database,
    db,
    own,
    server,
    path,
    context,
    files,
    person,
    ...{ register, make, flip, live, read, problemIn, back },
  };
}

/** A worker's loop. */
function publish(context: Awaited<ReturnType<typeof setUp>>["context"]) {
  const stopping = new AbortController();
  const running = publishStaticFiles(context, { log: pino({ level: "silent" }), signal: stopping.signal });
  onTestFinished(async () => {
    stopping.abort();
    await running;
  });
}

const rule = (person: { proof: string }, itemId: string, more: { from?: string; until?: string } = {}) => ({
  ...{ proof: person.proof, kind: "ban" as const, itemId, reason: "so", ...more },
});

it("goes live only with its lists, and says what a server answers to a stranger and of each item, rules applied", async () => {
  const { db, server, path, files, person, register, make, flip, read } = await setUp();
  const made = await register();
  await expect(flip(made)).rejects.toThrow(
    'model "shop" version 1: what goes with its items was not written down yet; run it again with "holt run shop"',
  );
  expect(await findLive(db, "shop")).toBeUndefined();
  await make(made);
  await addRule(db, "shop", rule(person, "i03"));
  await addRule(db, "shop", { ...rule(person, "i17"), kind: "pin", rank: 2 });
  await files.rehearse(await getVersion(db, "shop", 1));
  expect(await readdir(join(path, "shelves"))).toEqual([]);
  await flip(made);
  await files.publish("shop");
  const body = await read();
  expect(body).toMatchObject({ model: "shop", version: 1, fence: 1, releaseDigest: made.run.releaseDigest });
  expect(Object.keys(body?.lists.similar ?? {})).toHaveLength(20);
  const headers = await server.asProgram("service");
  const ask = async (address: string) => {
    const answer = await server.app.inject({ url: `/v1/models/shop/${address}k=${K}&expose=0`, headers });
    return answer.json<Recommendations>().items.map(({ id }) => id);
  };
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(1);
  expect(body?.lists.popular).toEqual(await ask("recommendations?user=stranger&"));
  for (const [item, list] of Object.entries(body?.lists.similar ?? {}))
    expect([item, list]).toEqual([item, await ask(`similar?item=${item}&`)]);
  const before = await readFile(join(path, "shelves", "shop.json"), "utf8");
  await files.publish("shop");
  expect(await readFile(join(path, "shelves", "shop.json"), "utf8")).toBe(before);
  expect(await listStaticFiles(db, "shop")).toMatchObject([
    { folder: "shelves", version: 1, fence: 1, problem: null, written_at: new Date(String(body?.writtenAt)) },
  ]);
});

it("follows flips, rollbacks, bans and baseline-now by itself", async () => {
  const { db, context, person, live, read, back } = await setUp();
  await live();
  publish(context);
  await expect.poll(async () => (await read())?.fence).toBe(1);
  const first = await read();
  await live(10); // knows i00 to i09 only
  await expect.poll(async () => (await read())?.version).toBe(2);
  const banned = String((await read())?.lists.popular[0]);
  const { id } = await addRule(db, "shop", rule(person, banned));
  await expect.poll(async () => (await read())?.lists.popular).not.toContain(banned);
  const { similar } = (await read())?.lists ?? {};
  for (const list of Object.values(similar ?? {})) expect(list).not.toContain(banned);
  await liftRule(db, { proof: person.proof, id });
  await expect.poll(async () => (await read())?.lists.popular).toContain(banned);
  const until = new Date(Date.now() + 60_000).toISOString();
  const { proof } = person;
  const baseline = await addSafeguard(db, { proof, kind: "baseline", model: "shop", until, reason: "odd" });
  await expect.poll(async () => (await read())?.lists.similar).toEqual({});
  expect(await read()).toMatchObject({ baselineUntil: until, nextChange: until });
  await liftSafeguard(db, { proof, id: baseline.id });
  await expect.poll(async () => Object.keys((await read())?.lists.similar ?? {})).toHaveLength(10);
  await back(2);
  await expect.poll(async () => (await read())?.fence).toBe(3);
  expect((await read())?.lists).toEqual(first?.lists);
});

it("changes when a rule begins and ends, also while PostgreSQL is away", async () => {
  const { database, db, own, context, person, live, read } = await setUp();
  await live();
  publish(context);
  await expect.poll(async () => (await read())?.lists.popular, PATIENT).toContain("i01");
  const at = (ms: number) => new Date(Date.now() + ms).toISOString();
  await addRule(db, "shop", rule(person, "i01", { from: at(1_500), until: at(3_500) }));
  await expect.poll(async () => (await read())?.nextChange, PATIENT).not.toBeNull();
  const { pathname } = new URL(database.url);
  await sql`revoke connect on database ${sql.id(pathname.slice(1))} from public, holt_worker`.execute(db);
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'holt_worker'`.execute(db);
  const refusal = () => own.pool.query("select 1").then(String, String);
  await expect.poll(refusal).toContain("permission denied for database");
  await expect.poll(async () => (await read())?.lists.popular, PATIENT).not.toContain("i01");
  await expect.poll(async () => (await read())?.lists.popular, PATIENT).toContain("i01");
  expect(Object.keys((await read())?.lists.similar ?? {})).toHaveLength(20);
});

it("mends what was damaged or removed, and leaves what is newer or somebody's own", async () => {
  const { db, path, files, context, live, register, read, problemIn } = await setUp();
  const place = join(path, "shelves", "shop.json");
  const own = await register(20, { deployment: { kind: "static", k: K, folder: "own" } });
  await files.rehearse(await getVersion(db, "shop", own.version));
  await writeFile(join(path, "own", "shop.json"), '["mine"]');
  await expect(files.rehearse(await getVersion(db, "shop", own.version))).rejects.toThrow(
    'static file "own/shop.json": somebody\'s own file stands there; move it away, or name another deployment.folder',
  );
  await live();
  await files.look();
  const whole = await readFile(place, "utf8");
  await writeFile(place, whole.slice(0, 100));
  expect(await files.look()).toMatchObject([{ isWritten: true, problem: null }]);
  await rm(place);
  expect(await new StaticFiles(context).look()).toMatchObject([{ isWritten: true, problem: null }]);
  expect({ ...(await read()), writtenAt: "" }).toEqual({ ...JSON.parse(whole).body, writtenAt: "" });
  await writePublished(join(path, "shelves"), "shop.json", { ...(await read()), fence: 7 });
  expect(await files.look()).toMatchObject([
    {
      isWritten: false,
      problem: expect.stringContaining("says flip 7, and PostgreSQL says version 2 by flip 1"),
    },
  ]);
  expect((await read())?.fence).toBe(7);
  expect(await problemIn()).toContain("remove the file if PostgreSQL is right");
});

it("says what is in the way before a version goes live, and brings back what was away when it is there again", async () => {
  const { db, path, context, register, make, flip, read, problemIn } = await setUp();
  const away = new StaticFiles({ ...context, staticRoot: { path: join(path, "mount"), isDefault: false } });
  const made = await register();
  await expect(away.rehearse(await getVersion(db, "shop", 1))).rejects.toThrow(
    "cannot be found (ENOENT); mount",
  );
  const none = new StaticFiles({ ...context, staticRoot: undefined });
  await expect(none.rehearse(await getVersion(db, "shop", 1))).rejects.toThrow(
    "set HOLT_STATIC_FOLDER on each worker",
  );
  await make(made);
  await flip(made);
  await expect(away.publish("shop")).rejects.toThrow("HOLT_STATIC_FOLDER cannot be found (ENOENT)");
  expect(await problemIn()).toContain("ENOENT");
  const files = new StaticFiles(context);
  await files.publish("shop");
  expect(await problemIn()).toBeNull();
  const before = await read();
  const second = await register(10);
  await context.artifacts.keepOnly(new Set());
  await expect(make(second)).rejects.toThrow("is not in the store");
  await expect(files.rehearse(await getVersion(db, "shop", 2))).rejects.toThrow("is not in the store");
  expect(await files.look()).toMatchObject([{ isWritten: false, problem: null }]);
  expect(await read()).toEqual(before);
});

it("opens an incident for a file that cannot be written longer than promised, with its remedy, and resolves it once mended", async () => {
  const { db, path, context, own, live } = await setUp();
  const { runMonitor } = monitorActivities({ ...context, ingest: own });
  let ticks = Date.now();
  const look = (): Promise<MonitorOutcome> => {
    ticks += 1_000;
    const environment = new MockActivityEnvironment({}, { logger: new DefaultLogger("ERROR") });
    return environment.run(runMonitor, { model: "shop", tick: new Date(ticks).toISOString() });
  };
  const pass = (seconds: number) =>
    sql`update static_file set problem_since = problem_since - ${seconds} * interval '1 second',
      checked_at = checked_at - ${seconds} * interval '1 second'`.execute(db);
  await live();
  const files = new StaticFiles(context);
  await files.look();
  expect(await look()).toMatchObject({ opened: [], resolved: [] });
  const away = new StaticFiles({ ...context, staticRoot: { path: join(path, "mount"), isDefault: false } });
  await away.look();
  expect(await look()).toMatchObject({ opened: [] }); // it may be mended in a moment
  await pass(30);
  const { opened } = await look();
  expect(await listIncidents(db, { model: "shop" })).toMatchObject([
    {
      ...{ id: opened[0], state: "open", cause: "file:shelves/shop.json" },
      title: expect.stringMatching(
        /^shop: static file "shelves\/shop.json" of version 1 has not been kept up to date for 30 s: static files: the folder of HOLT_STATIC_FOLDER cannot be found \(ENOENT\); mount or make it on each worker, or correct the setting$/,
      ),
    },
  ]);
  await files.look();
  expect(await look()).toMatchObject({ opened: [], resolved: [] }); // this process saw nothing wrong and said nothing
  await new StaticFiles(context).look();
  expect(await look()).toMatchObject({ verdict: "inconclusive", resolved: opened });
  await pass(90);
  const [unseen] = (await look()).opened;
  expect((await listIncidents(db, { model: "shop" })).find(({ id }) => id === unseen)?.title).toContain(
    "has not been looked at for 1.5 min",
  );
});

it("keeps the files of earlier versions for who still fetches them, until they are removed", async () => {
  const { path, context, live, read, back } = await setUp();
  const files = new StaticFiles(context);
  await live();
  await files.look();
  await live(10, { deployment: { kind: "static", k: K } });
  await files.look();
  const [old, now] = [await read("shelves"), await read("")];
  expect(now).toMatchObject({ version: 2, fence: 2, lists: { similar: {} } });
  expect({ ...old, writtenAt: "" }).toEqual({ ...now, writtenAt: "" });
  await rm(join(path, "shop.json"));
  await live(11, { deployment: { kind: "online" } });
  await files.look();
  expect(await read("shelves")).toMatchObject({ version: 3, fence: 3, lists: { similar: {} } });
  expect((await read("shelves"))?.lists.popular).toHaveLength(11);
  expect(await read("")).toBeUndefined(); // removed, and no version that is live wants it
  await back(3, 2);
  await files.look();
  expect([(await read(""))?.fence, (await read("shelves"))?.fence]).toEqual([4, 4]);
});
