import { sql } from "kysely";
import { expect, it } from "vitest";
import type { Showings } from "../core/experiment/reward-guess.ts";
import { timedId } from "../store/timed-id.ts";
import { testDatabase } from "../tests/support/database.ts";
import { addHistories } from "../tests/support/histories.ts";
import { addTestPerson } from "../tests/support/reviewed-run.ts";
import { addShop } from "../tests/support/shop.ts";
import { type LoggedListsOf, markOfLoggedLists, readLoggedLists, type ShownList } from "./logged-lists.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const AS_OF = Date.now();

async function setUp() {
  const database = await testDatabase();
  const { db } = database;
  await addShop(db);
  const { personId } = await addTestPerson(db, "service");
  // ann had i1 long ago, and i2 an hour before the moment: after the lists of three days ago
  await addHistories(database, { ann: ["i1"], ben: [] });
  await sql`insert into data.feature_sold values ('ann', 'i2', ${new Date(AS_OF - HOUR_MS)})`.execute(db);
  const days = [0, 1, 2, 3, 4].map((day) => new Date(AS_OF - day * DAY_MS).toISOString().slice(0, 10));
  await sql`select add_exposure_days(${days}::date[])`.execute(db);

  async function show(userId: string, change: Record<string, unknown> = {}, daysAgo = 3): Promise<string> {
    const at = AS_OF - daysAgo * DAY_MS;
    const id = timedId(at);
    const list = { items: ["i5", "i6"], scores: [2, 1], propensities: [0.9, 0.01], k: 2 };
    await db
      .insertInto("exposure")
      .values({
        ...{ id, at: new Date(at), model: "shop", version: 1, arm: "champion", fallback: false },
        ...{ user_id: userId, stored_at: new Date(at), ...list, ...change },
      })
      .execute();
    return id;
  }
  async function tell(list: string, itemId: string, change: Record<string, unknown> = {}, hoursAfter = 1) {
    const at = new Date(AS_OF - 3 * DAY_MS + hoursAfter * HOUR_MS);
    const id = timedId();
    await db
      .insertInto("outcome")
      .values({
        ...{ reported_by: personId, id, kind: "click", recommendation_id: list, item_id: itemId },
        ...{ at, received_at: at, stored_at: at, ...change },
      })
      .execute();
  }
  return { database, show, tell };
}

const OF: LoggedListsOf = {
  ...{ model: "shop", asOf: new Date(AS_OF), days: 28, withinMs: DAY_MS, most: 100 },
  reward: { kind: "click" },
};

async function read({ database }: Awaited<ReturnType<typeof setUp>>, change: Partial<LoggedListsOf> = {}) {
  const [showings, lists]: [Showings[], ShownList[]] = [[], []];
  const signal = new AbortController().signal;
  await readLoggedLists(
    database,
    { ...OF, ...change, interactionsTable: "feature_sold", signal },
    { onShowings: (row) => showings.push(row), onList: async (list) => void lists.push(list) },
  );
  return { showings, lists, mark: await markOfLoggedLists(database, { ...OF, ...change }) };
}

it("gives lists that explored with what came of each place in time, and what their people had had before", async () => {
  const world = await setUp();
  const ann = await world.show("ann", { context: JSON.stringify({ country: "DE" }) });
  const ben = await world.show("ben");
  await world.tell(ann, "i6");
  await world.tell(ann, "i6", {}, 2);
  await world.tell(ann, "i5", { kind: "play" });
  await world.tell(ann, "i5", {}, 24); // a day later to the millisecond
  await world.tell(ben, "i5", { stored_at: new Date(AS_OF + 1) });
  await world.tell(ben, "i9"); // of no place
  const { lists, showings, mark } = await read(world);
  expect(lists).toEqual([
    {
      ...{ userId: "ann", half: expect.toBeOneOf([0, 1]), k: 2, items: ["i5", "i6"] },
      ...{ propensities: [0.9, 0.01], rewards: [0, 2], history: ["i1"] },
    },
    expect.objectContaining({ userId: "ben", rewards: [0, 0], history: [] }),
  ]);
  expect(showings.reduce((sum, { shown }) => sum + shown, 0)).toBe(4);
  const own = showings.find(({ half, itemId }) => half === lists[0]?.half && itemId === "i6");
  expect(own).toMatchObject({ place: 1, reward: 2 });
  expect(own?.placeMean).toBe(2 / (own?.shown ?? 0));
  expect(mark.lists).toBe(2);
});

it("leaves out what tells nothing of the policy, and what was not known then", async () => {
  const world = await setUp();
  await world.show("ann", { propensities: null });
  await world.show("ann", { model: "other" });
  await world.show("");
  await world.show("ann", { context: JSON.stringify({ filters: { genre: "Drama" } }) });
  await world.show("ann", { context: JSON.stringify({ similarTo: "i1" }) });
  await world.show("ann", { stored_at: new Date(AS_OF + 1) });
  await world.show("ann", {}, 0.5); // its day is not over
  await world.show("ann", {}, 4);
  expect(await read(world, { days: 2 })).toEqual({
    ...{ lists: [], showings: [] },
    mark: { lists: 0, last: null, outcomes: 0 },
  });
});

it("sums up spend in the currency, and takes the same lists each time where there are more than it may", async () => {
  const world = await setUp();
  const ids: string[] = [];
  for (let at = 0; at < 12; at += 1) ids.push(await world.show(`p${at}`));
  const spend = { kind: "spend", currency: "EUR" } as const;
  for (const id of ids) {
    await world.tell(id, "i5", { ...spend, amount: "2.50" });
    await world.tell(id, "i5", { ...spend, amount: "1" });
    await world.tell(id, "i5", { ...spend, amount: "9", currency: "USD" });
  }
  const some = await read(world, { most: 5, reward: spend });
  expect(some.lists.map(({ rewards }) => rewards)).toEqual(Array(5).fill([3.5, 0]));
  expect(await read(world, { most: 5, reward: spend })).toEqual(some);
  expect(some.mark).toMatchObject({ lists: 12, outcomes: 36 });
});

it("finds lists that were drawn by an index that has no others, also among those of a new day", async () => {
  const { database, show } = await setUp();
  await show("ann", {}, 0);
  await database.db.transaction().execute(async (trx) => {
    await sql`set local enable_seqscan = off`.execute(trx); // of so few rows PostgreSQL reads all
    const { rows } = await sql<{ "QUERY PLAN": string }>`
      explain select id from exposure e where model = 'shop' and id >= ${timedId(AS_OF - DAY_MS)}::uuid and e.propensities is not null`.execute(
      trx,
    );
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    expect(plan).toMatch(/model_id_idx/);
    expect(plan).not.toMatch(/Seq Scan/);
  });
});
