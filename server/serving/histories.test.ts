import { expect, it } from "vitest";
import { openDatabase } from "../../db/connection.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { addHistories } from "../../tests/support/histories.ts";
import { Histories } from "./histories.ts";

const TABLE = "feature_sold";
/** 200 kB of a history. */
const LONG = Array.from({ length: 50 }, (_, at) => `${"x".repeat(4_000)}${at}`);

/** Histories on a database whose connection can be ended. */
async function setUp(of: Record<string, readonly string[]>, mostMb = 1) {
  const database = await testDatabase();
  await addHistories(database, of);
  const own = openDatabase(database.url, { applicationName: "holt-test-histories" });
  const problems: Error[] = [];
  const histories = new Histories(own, { mostMb, onProblem: (error) => problems.push(error) });
  return { own, histories, problems };
}

it("tells items in the order in which they were had, each once, and nothing of a stranger", async () => {
  const { own, histories } = await setUp({ ann: ["tea", "oat", "tea", "fig"], 'o\'b "x"': ["jam"] });
  expect(await histories.find(TABLE, "ann")).toEqual(["tea", "oat", "fig"]);
  expect(await histories.find(TABLE, 'o\'b "x"')).toEqual(["jam"]);
  expect(await histories.find(TABLE, "nobody")).toEqual([]);
  expect(await histories.find(null, "ann")).toEqual([]);
  await own.pool.end();
});

it("knows without PostgreSQL whom it was asked for in this table, and says once that others are not known", async () => {
  const { own, histories, problems } = await setUp({ ann: ["tea"], bea: ["oat"] });
  await histories.find(TABLE, "ann");
  await own.pool.end();
  for (let time = 0; time < 3; time++) {
    expect(await histories.find(TABLE, "ann")).toEqual(["tea"]);
    expect(await histories.find(TABLE, "bea")).toEqual([]);
    expect(await histories.find("feature_other", "ann")).toEqual([]);
  }
  expect(problems).toHaveLength(1);
});

it("keeps no more than its memory holds: who was asked for last stays", async () => {
  const people = Array.from({ length: 8 }, (_, at) => `p${at}`);
  const { own, histories } = await setUp(Object.fromEntries(people.map((user) => [user, LONG])));
  for (const user of people) expect(await histories.find(TABLE, user)).toHaveLength(50);
  await own.pool.end();
  const known = [];
  for (const user of people) known.push((await histories.find(TABLE, user)).length);
  expect(known).toEqual([0, 0, 0, 0, 50, 50, 50, 50]);
});

it("looks all up who are asked for at once with one question, and tells each the same as alone", async () => {
  const had = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`p${at}`, [`i${at % 7}`, 'ü, "1"', `i${at % 5}`, `i${at % 7}`]]),
  );
  const { own, histories } = await setUp(had);
  const alone = new Map<string, readonly string[]>();
  for (const user of [...Object.keys(had), "nobody"]) alone.set(user, await histories.find(TABLE, user));
  const another = new Histories(own, { mostMb: 1, onProblem: () => {} });
  let questions = 0;
  own.pool.on("acquire", () => questions++);
  const people = [...alone.keys(), "p3", "nobody"];
  const together = await Promise.all(people.map((user) => another.find(TABLE, user)));
  expect(questions).toBe(1);
  for (const [at, user] of people.entries()) expect(together[at]).toEqual(alone.get(user));
  await own.pool.end();
});

it("says once, and tells nobody anything, when those asked for at once cannot be looked up", async () => {
  const { own, histories, problems } = await setUp({ ann: ["tea"] });
  await own.pool.end();
  const people = ["ann", "bea", "cid"];
  expect(await Promise.all(people.map((user) => histories.find(TABLE, user)))).toEqual([[], [], []]);
  expect(problems).toHaveLength(1);
});

it("tells the histories of many with one question, and asks nothing again of those in memory", async () => {
  const { own, histories, problems } = await setUp({
    ann: ["tea", "oat", "tea"],
    bea: ["oat", "fig"],
    cid: ["jam"],
  });
  let questions = 0;
  own.pool.on("acquire", () => questions++);
  expect(await histories.find(TABLE, "ann")).toEqual(["tea", "oat"]);
  const people = ["bea", "nobody", "ann", "bea", ...Array.from({ length: 1_000 }, (_, at) => `p${at}`)];
  const found = await histories.findMany(TABLE, people);
  expect(questions).toBe(2);
  expect(Object.fromEntries([...found].filter(([, items]) => items.length > 0))).toEqual({
    ann: ["tea", "oat"],
    bea: ["oat", "fig"],
  });
  expect(await histories.findMany(null, ["ann"])).toEqual(new Map());
  await own.pool.end();
  const known = await histories.findMany(TABLE, ["ann", "bea", "cid", "nobody"]);
  expect([...known].sort()).toEqual([
    ["ann", ["tea", "oat"]],
    ["bea", ["oat", "fig"]],
    ["nobody", []],
  ]);
  expect(problems).toHaveLength(1);
});
