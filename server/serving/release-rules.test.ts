/** Editorial rules that a release brings: in answers, by country, and at a start with nothing reachable. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Recommendations } from "../../core/api.ts";
import type { DefinedRule } from "../../core/definition-rules.ts";
import { openDatabase } from "../../db/connection.ts";
import { addRule } from "../../db/editorial-rules.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { addHistories } from "../../tests/support/histories.ts";
import { addTestPerson } from "../../tests/support/reviewed-run.ts";
import { type TestServer, testServer } from "../../tests/support/server.ts";
import { addLiveVersion, storeModels } from "../../tests/support/shop.ts";

const IDS = Array.from({ length: 20 }, (_, at) => `i${String(at).padStart(2, "0")}`);
const RULES: DefinedRule[] = [
  { kind: "ban", name: "no_i06", item: "i06" },
  { kind: "pin", name: "cup", item: "i15", rank: 2 },
  { kind: "licence", name: "rights", column: "countries" },
  { kind: "share", name: "some_news", column: "genre", value: "News", atLeast: 0.3 },
];
/** All may be shown in DE, those with an even number in AT too; news are i12 and i13. */
const FILE = {
  ...{ schemaVersion: 1, rules: RULES, defaultCountry: "DE", known: ["i06", "i15"] },
  values: [
    { column: "countries", cells: IDS.map((id, at) => [id, at % 2 === 0 ? "DE|AT" : "DE"]) },
    {
      column: "genre",
      cells: [
        ["i12", "News"],
        ["i13", "Talk|News"],
      ],
    },
  ],
};

async function served(file: object = FILE) {
  const database = await testDatabase();
  const servingFolder = await mkdtemp(join(tmpdir(), "holt-ruled-"));
  onTestFinished(() => rm(servingFolder, { recursive: true, force: true }));
  const server = await testServer(database, { servingFolder });
  const headers = await server.asProgram("service");
  const rules = await server.artifacts.put(new TextEncoder().encode(JSON.stringify(file)));
  const artifacts = { ...(await storeModels(server.artifacts)), rules };
  await addLiveVersion(database.db, { artifacts });
  await expect.poll(() => server.live.states()["shop"]?.version).toBe(1);
  await addHistories(database, { ann: ["i07", "i08"] });
  await server.live.look();
  return { database, server, servingFolder, headers };
}

async function ask(server: TestServer, headers: Record<string, string>, query: string) {
  const url = `/v1/models/shop/recommendations?${query}`;
  const answer = await server.app.inject({ url, headers });
  return { status: answer.statusCode, body: answer.json() as Recommendations };
}

it("goes by the release's rules for the model's answers and the popularity list, by country, and names them when asked", async () => {
  const { database, server, headers } = await served();
  const { body } = await ask(server, headers, "user=ann&k=5&explain=1");
  expect(body).toMatchObject({ fallback: false });
  expect(body.items.map(({ id, rule, ruleName, filled }) => [id, rule, ruleName, filled])).toEqual([
    [expect.stringMatching(/^i0[09]$/), undefined, undefined, undefined],
    ["i15", "pin", "cup", undefined],
    [expect.stringMatching(/^i0[09]$/), undefined, undefined, undefined],
    [expect.stringMatching(/^i/), undefined, undefined, true],
    [expect.stringMatching(/^i1[23]$/), "share", "some_news", true],
  ]);
  const ids = async (query: string) => (await ask(server, headers, query)).body.items.map(({ id }) => id);
  const stranger = await ids("user=nobody&k=20");
  expect([stranger[1], stranger.includes("i06"), stranger.length]).toEqual(["i15", false, 19]);
  const austrian = await ids("user=nobody&k=20&country=AT");
  expect(austrian.length).toBe(9); // even ones without i06; i15 has no rights there
  expect(austrian.every((id) => Number(id.slice(1)) % 2 === 0)).toBe(true);
  const french = await ask(server, headers, "user=nobody&country=FR");
  expect([french.status, french.body.items]).toEqual([200, []]);
  expect((await ask(server, headers, "user=ann&country=Austria")).status).toBe(400);
  const { proof } = await addTestPerson(database.db, "reviewer");
  await addRule(database.db, "shop", { proof, reason: "final", kind: "pin", itemId: "i06", rank: 1 });
  await expect.poll(async () => (await ids("user=ann&k=3"))[0]).toBe("i06");
});

it("says which rule a list could not keep", async () => {
  const { server, headers } = await served();
  const { body } = await ask(server, headers, "user=nobody&k=10&country=AT");
  expect(body.rulesUnmet).toEqual(["some_news"]); // only i12 may be shown there
  expect((await ask(server, headers, "user=nobody&k=5")).body).not.toHaveProperty("rulesUnmet");
});

it("goes by them at a start with nothing reachable, and answers nothing that they might forbid without them", async () => {
  const { server, servingFolder, headers } = await served();
  const before = await ask(server, headers, "user=nobody&k=20");
  await expect.poll(async () => (await server.app.inject({ url: "/readyz" })).json().localFolder).toBe("ok");
  await server.live.look();
  await server.close();
  const startAlone = async () => {
    const nowhere = openDatabase("postgresql://holt:none@127.0.0.1:1/none", { applicationName: "holt-test" });
    onTestFinished(nowhere.close);
    return testServer(nowhere, { servingFolder });
  };
  const alone = await startAlone();
  expect((await ask(alone, headers, "user=nobody&k=20")).body.items).toEqual(before.body.items);
  await alone.close();
  await rm(join(servingFolder, "artifacts"), { recursive: true });
  expect((await ask(await startAlone(), headers, "user=nobody&k=20")).status).toBe(503);
});

it("explores a share of the places, never with what is banned nor in a pin's, and keeps how likely each was", async () => {
  const rules = RULES.slice(0, 2);
  const { database, server, headers } = await served({
    ...{ ...FILE, rules, defaultCountry: undefined },
    exploration: { share: 0.5, pool: 1 },
  });
  const lists: Recommendations[] = [];
  for (let asked = 0; asked < 40; asked += 1) lists.push((await ask(server, headers, "user=ann&k=2")).body);
  const firsts = lists.map(({ items }) => items[0]);
  expect(lists.every(({ items }) => items[1]?.id === "i15" && !items[1].explored)).toBe(true);
  expect(new Set(firsts.map((item) => item?.id)).size).toBe(2);
  expect(firsts.map((item) => item?.id)).not.toContain("i06");
  const drawn = firsts.filter((item) => item?.explored).length;
  expect(drawn).toBeGreaterThan(5);
  expect(drawn).toBeLessThan(35);
  const stored = () => database.db.selectFrom("exposure").select("propensities").execute();
  await expect.poll(async () => (await stored()).length, { timeout: 10_000 }).toBe(40);
  for (const { propensities } of await stored()) expect(propensities?.map(Number)).toEqual([0.5, 1]);
});
