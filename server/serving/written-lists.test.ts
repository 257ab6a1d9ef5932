import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "../../db/connection.ts";
import { addLists, findLists, openLists } from "../../db/materialised.ts";
import { testDatabase } from "../../tests/support/database.ts";
import { asLogin } from "../../tests/support/logins.ts";
import { addLiveVersion } from "../../tests/support/shop.ts";
import { WrittenLists } from "./written-lists.ts";

const ITEMS = ["tea", 'o\'b "x", {y}', "ü\\n", "NULL"];
const PEOPLE = Array.from({ length: 40 }, (_, at) => `p${at}`);
/** Doubles that are written in many digits. */
const scoreOf = (at: number, rank: number) => Math.fround(9.7 / (at + rank + 1));

/** Everybody's lists, looked up with a server's rights by a model of nobody's memory each time. */
async function setUp() {
  const database = await testDatabase();
  const of = await addLiveVersion(database.db);
  const table = await openLists(database.db, of, 4);
  const lists = PEOPLE.map((userId, at) => ({
    ...{ userId, items: ITEMS.toSpliced(at % 5, 1) },
    scores: ITEMS.toSpliced(at % 5, 1).map((_, rank) => scoreOf(at, rank)),
  }));
  await addLists(database.db, table, lists, "p9");
  expect(await findLists(database.db, of)).toMatchObject({ people: 40 });
  const own = openDatabase(asLogin(database.url, "server"), { applicationName: "holt-test" });
  onTestFinished(() => own.close());
  const open = () => new WrittenLists(own, { mostMb: 1, onProblem: () => {} }).open(table.table_name);
  return { lists, own, open };
}

it("gives everybody who asks at once, with one question to PostgreSQL, the list that they get alone, to the last digit", async () => {
  const { lists, own, open } = await setUp();
  const people = [...PEOPLE, "nobody", "p3"];
  const alone = [];
  const model = await open();
  for (const user of people) alone.push(await model.recommend([], 4, user));
  const another = await open();
  let questions = 0;
  own.pool.on("acquire", () => questions++);
  const together = await Promise.all(people.map((user) => another.recommend([], 4, user)));
  expect(questions).toBe(1);
  expect(together).toEqual(alone);
  for (const [at, { items, scores }] of lists.entries())
    expect(together[at]).toEqual(items.map((itemId, rank) => ({ itemId, score: scores[rank] })));
  expect(together[PEOPLE.length]).toEqual([]);
});

it("leaves out what a person had, by the history of each question", async () => {
  const { open } = await setUp();
  const model = await open();
  const idsFor = async (history: string[]) =>
    (await model.recommend(history, 3, "p4")).map(({ itemId }) => itemId);
  const had = ["ü\\n"];
  for (const history of [[], had, had, [], ["tea", "elsewhere"]])
    expect(await idsFor(history)).toEqual(ITEMS.filter((item) => !history.includes(item)).slice(0, 3));
});
