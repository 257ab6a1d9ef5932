import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../db/connection.ts";
import { addPerson, issueToken, SET_UP } from "../operations/people.ts";
import { openTcpRelay } from "../tests/faults/tcp-relay.ts";
import { testDatabase } from "../tests/support/database.ts";
import { KeptTokens } from "./kept-tokens.ts";
import { TokenCache } from "./token-cache.ts";

/** A database behind a relay, a folder, and servers' caches on both. */
async function setUp() {
  const database = await testDatabase();
  const at = new URL(database.url);
  const relay = await openTcpRelay(at.host);
  at.host = relay.address;
  const through = openDatabase(at.href, { applicationName: "holt-test-tokens", onLostConnection: () => {} });
  const folder = await mkdtemp(join(tmpdir(), "holt-tokens-"));
  onTestFinished(async () => {
    await relay.close();
    await through.close();
    await rm(folder, { recursive: true });
  });
  const start = async () => {
    const kept = new KeptTokens({ database: through, folder, onProblem: () => {} });
    await kept.start();
    onTestFinished(() => kept.close());
    return new TokenCache({ database: through }, kept);
  };
  const issue = async (name: string, role: "service" | "viewer") => {
    await addPerson({ database }, SET_UP, { name, roles: [role] });
    return (await issueToken({ database }, SET_UP, { name, ttlMs: 3_600_000 })).token;
  };
  const file = () => readFile(join(folder, "tokens.json"), "utf8").catch(() => "");
  return { database, relay, start, issue, file };
}

it("lets who asked before go on at once while PostgreSQL is silent, and until it says otherwise", async () => {
  const { database, relay, start, issue, file } = await setUp();
  const [app, other] = [await issue("app", "service"), await issue("other", "service")];
  expect(await (await start()).find(app)).toMatchObject({ name: "app", roles: ["service"] });
  await expect.poll(file).toContain('"name":"app"');
  relay.set("silent");
  const alone = await start();
  await database.db.updateTable("token").set({ revoked_at: new Date() }).execute();
  const whoIsFirst = await Promise.race([
    alone.find(other).catch(() => "other"),
    alone.find(app).then(({ name }) => name),
  ]);
  expect(whoIsFirst).toBe("app");
  await expect(alone.find(other)).rejects.toMatchObject({ code: "ETIMEDOUT" });
  relay.set("fair");
  await expect.poll(() => alone.find(app).catch(({ name }) => name)).toBe("NotAllowed");
  await expect.poll(file).not.toContain('"name":"app"');
});

it("keeps no token of who may not ask for recommendations, and none in the clear", async () => {
  const { start, issue, file } = await setUp();
  const [app, viewer] = [await issue("app", "service"), await issue("vera", "viewer")];
  const tokens = await start();
  for (const token of [viewer, app]) await tokens.find(token);
  await expect.poll(file).toContain('"name":"app"');
  const text = await file();
  for (const secret of ["vera", app, viewer]) expect(text).not.toContain(secret);
});

it("does not let a kept token go on after its end", async () => {
  const { database, relay, start, issue, file } = await setUp();
  const app = await issue("app", "service");
  const soon = new Date(Date.now() + 8_000);
  await database.db.updateTable("token").set({ expires_at: soon }).execute();
  await (await start()).find(app);
  await expect.poll(file).toContain(soon.toISOString());
  relay.set("silent");
  const alone = await start();
  expect((await alone.find(app)).name).toBe("app");
  await expect.poll(() => alone.find(app).catch(({ code }) => code)).toBe("ETIMEDOUT");
});
