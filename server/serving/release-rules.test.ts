/** Editorial rules that a release brings: in answers, by country, and at a start with nothing reachable. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Recommendations } from "../../core/api.ts";
import type { DefinedRule } from "../../core/definition-rules.ts";
import { openDatabase } from "../../db/connection.ts";
import { addRule } from "../../db/editorial-rules.ts";
import { sha256 } from "../../store/digest.ts";
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

/** Ends the server, once its folder has what it serves; what starts another there that reaches nothing. */
async function endAndKeep({ server, servingFolder, headers }: Awaited<ReturnType<typeof served>>) {
  expect((await ask(server, headers, "user=ann")).status).toBe(200); // so its token is known there, too
  const keptTokens = () => readFile(join(servingFolder, "tokens.json"), "utf8").catch(() => "");
  await expect.poll(keptTokens).toContain("service-1");
  await expect.poll(async () => (await server.app.inject({ url: "/readyz" })).json().localFolder).toBe("ok");
  await server.live.look();
  await server.close();
  return async () => {
    const nowhere = openDatabase("postgresql://holt:none@127.0.0.1:1/none", { applicationName: "holt-test" });
    onTestFinished(nowhere.close);
    return testServer(nowhere, { servingFolder });
  };
}

it("goes by them at a start with nothing reachable, by either copy, and answers nothing that they might forbid without them", async () => {
  const shop = await served();
  const { server, servingFolder, headers } = shop;
  const before = await ask(server, headers, "user=nobody&k=20");
  const startAlone = await endAndKeep(shop);
  const path = join(servingFolder, "rules.json");
  const kept = await readFile(path);
  const startWith = async () => {
    const alone = await startAlone();
    const answer = await ask(alone, headers, "user=nobody&k=20");
    await alone.close();
    return answer;
  };
  await rm(path);
  expect((await startWith()).body.items).toEqual(before.body.items);
  await writeFile(path, kept);
  await rm(join(servingFolder, "artifacts"), { recursive: true });
  expect((await startWith()).body.items).toEqual(before.body.items);
  await writeFile(path, kept.toString().replace("i06", "i05"));
  expect(await startWith()).toMatchObject({ status: 503, body: { code: "model_away" } });
});

it("keeps both copies, also of the version before, and writes again what somebody removed", async () => {
  const { database, server, servingFolder } = await served();
  const names = async () => (await readdir(servingFolder, { recursive: true })).join(" ");
  await expect.poll(names).toContain("rules.json");
  const rules = sha256(new TextEncoder().encode(JSON.stringify(FILE)));
  for (const path of ["rules.json", join("artifacts", rules.slice(0, 2), rules)])
    await rm(join(servingFolder, path));
  await addLiveVersion(database.db, { artifacts: await storeModels(server.artifacts, "n") });
  await expect.poll(names).toContain(rules);
  const kept = () => readFile(join(servingFolder, "rules.json"), "utf8").catch(() => "");
  await expect.poll(kept).toContain("no_i06");
});

it("answers by the version before, as a whole, where the rules of what is live are lost everywhere, and says so", async () => {
  const shop = await served({ ...FILE, rules: RULES.slice(0, 1), values: [] });
  const { database, server, servingFolder, headers } = shop;
  const rules = await server.artifacts.put(new TextEncoder().encode(JSON.stringify(FILE)));
  await addLiveVersion(database.db, { artifacts: { ...(await storeModels(server.artifacts)), rules } });
  await expect.poll(() => server.live.states()["shop"]).toMatchObject({ version: 2, warm: [1] });
  const startAlone = await endAndKeep(shop);
  await rm(join(servingFolder, "artifacts", rules.slice(0, 2), rules), { force: true });
  await rm(join(servingFolder, "rules.json"));
  const alone = await startAlone();
  for (const [query, fallback] of [
    ["similar?item=i07&k=20", false],
    ["recommendations?user=nobody&k=20", true],
  ]) {
    const answer = await alone.app.inject({ url: `/v1/models/shop/${query}`, headers });
    const [status, body] = [answer.statusCode, answer.json<Recommendations>()];
    expect([status, body.version, body.fallback, body.insteadOf]).toEqual([
      ...[200, 1, fallback, { version: 2, because: "not_loaded" }],
    ]);
    expect(body.items.map(({ id }) => id)).not.toContain("i06");
  }
  const health = (await alone.app.inject({ url: "/readyz" })).json();
  expect(health).toMatchObject({
    status: "degraded",
    models: { shop: { version: 1, problem: expect.stringMatching(/^version 2: artifact /) } },
  });
  expect(alone.problems.map(({ message }) => message)).toContainEqual(expect.stringContaining(rules));
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

it("has a share of new items in lists of the model and of the popularity list, none banned or had, and keeps how likely each was", async () => {
  const rules = RULES.slice(0, 2);
  const now = Date.now();
  const since = [...["i06", "i07", "new1", "new2"].map((id) => [id, now - 1_000]), ["old", now - 86_400_001]];
  const { database, server, headers } = await served({
    ...{ ...FILE, rules, defaultCountry: undefined },
    newItems: { share: 0.5, withinMs: 86_400_000, since },
  });
  const lists: Recommendations[] = [];
  for (let asked = 0; asked < 60; asked += 1)
    lists.push((await ask(server, headers, `user=${asked < 30 ? "ann" : "nobody"}&k=4`)).body);
  expect(lists.filter(({ fallback }) => fallback).length).toBe(30);
  for (const { items, fallback } of lists) {
    expect(items[1]).toMatchObject({ id: "i15", rule: "pin" });
    const drawn = items.filter(({ drawnAsNew }) => drawnAsNew);
    // "nobody" has no history, so i07 may be among their own items and counts as new, and may be drawn else
    const may = fallback ? ["i07", "new1", "new2"] : ["new1", "new2"];
    for (const item of drawn) expect([may.includes(item.id), item.score]).toEqual([true, 0]);
  }
  const ann = lists.slice(0, 30);
  // two of four places are wanted and two new items are there for two places: both, always
  for (const { items } of ann)
    expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(["new1", "new2"]));
  const ofOthers = lists.slice(30).map(({ items }) => items.filter(({ id }) => /new|i07/.test(id)).length);
  const mean = ofOthers.reduce((sum, count) => sum + count, 0) / ofOthers.length;
  expect(mean).toBeGreaterThan(1.4); // 2 is expected; each list has 0 to 3
  const stored = () => database.db.selectFrom("exposure").select(["user_id", "propensities"]).execute();
  await expect.poll(async () => (await stored()).length, { timeout: 10_000 }).toBe(60);
  for (const { user_id, propensities } of await stored())
    if (user_id === "ann") expect(propensities?.map(Number)).toEqual([1, 1, 0.5, 0.5]);
});

/** Even numbers are dramas, i18 and i19 are news, and one is of both kinds. */
const FILTERED = {
  ...{
    schemaVersion: 1,
    rules: [RULES[0], { kind: "pin", name: "cup", item: "i15", rank: 2 }],
    known: ["i06", "i15"],
  },
  filters: ["genre"],
  values: [
    {
      column: "genre",
      cells: IDS.flatMap((id, at) =>
        at >= 18 ? [[id, "News"]] : at % 2 === 0 ? [[id, at === 4 ? "News|Drama" : "Drama"]] : [],
      ),
    },
  ],
};

it("answers with items of one genre only, filled up by popularity as far as there are any, and keeps the filter", async () => {
  const { database, server, headers } = await served(FILTERED);
  const ids = async (query: string) => (await ask(server, headers, query)).body.items.map(({ id }) => id);
  const dramas = ["i00", "i02", "i04", "i08", "i10", "i12", "i14", "i16"]; // i06 is banned, i15 is no drama
  expect((await ids("user=nobody&k=20&filter=genre:Drama")).sort()).toEqual(dramas);
  const { body } = await ask(server, headers, "user=ann&k=5&filter=genre:Drama"); // ann had i07 and i08
  expect(body.items.length).toBe(5);
  expect(body.items.every(({ id }) => dramas.includes(id) && id !== "i08")).toBe(true);
  expect(body.items.some(({ filled }) => !filled)).toBe(true);
  expect((await ids("user=ann&k=5&filter=genre:News")).sort()).toEqual(["i04", "i18", "i19"]);
  expect(await ids("user=ann&filter=genre:News&filter=genre:Drama")).toEqual(
    await ids("user=ann&filter=genre:Drama"),
  );
  const none = (await ask(server, headers, "user=ann&filter=genre:Opera")).body;
  expect([none.items, none.filtersUnmet]).toEqual([[], ["genre"]]);
  const stored = () => database.db.selectFrom("exposure").select("context").where("k", "=", 20).execute();
  await expect.poll(stored, { timeout: 10_000 }).toEqual([{ context: { filters: { genre: "Drama" } } }]);
  const requests = [
    { user: "ann", k: 5, filters: { genre: "News" } },
    { items: ["i07"], k: 3 },
  ];
  const url = "/v1/models/shop/recommendations";
  const many = await server.app.inject({ method: "POST", url, headers, payload: { requests } });
  const [first, second] = many.json().answers as Recommendations[];
  expect(first?.items.map(({ id }) => id).sort()).toEqual(["i04", "i18", "i19"]);
  expect(second?.items.map(({ id }) => id)).toContain("i15");
  const similar = await server.app.inject({
    url: "/v1/models/shop/similar?item=i07&k=3&filter=genre:News",
    headers,
  });
  expect((similar.json() as Recommendations).items.map(({ id }) => id).sort()).toEqual(["i04", "i18", "i19"]);
});

it.each([
  ["user=ann&filter=Drama", "is not a filter; write column and value with a colon between, as in"],
  ["user=ann&filter=kind:x", 'filter "kind": is not one of the live version\'s; known are "genre"'],
  [`user=ann&${"filter=genre:x&".repeat(6)}`, "comes too often; write 5 at most"],
])("says what is wrong with a filter: %s", async (query, said) => {
  const { server, headers } = await served(FILTERED);
  const { status, body } = await ask(server, headers, query);
  expect(status).toBe(400);
  expect(JSON.stringify(body)).toContain(JSON.stringify(said).slice(1, -1));
});

it("refuses a filter where the live version's definition has none", async () => {
  const { server, headers } = await served();
  const { status, body } = await ask(server, headers, "user=ann&filter=genre:News");
  expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('has no \\"filters\\"')]);
});
