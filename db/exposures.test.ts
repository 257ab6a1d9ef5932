import { fc } from "@fast-check/vitest";
import { expect, it, onTestFinished } from "vitest";
import { timedId } from "../store/timed-id.ts";
import { testDatabase } from "../tests/support/database.ts";
import { asLogin } from "../tests/support/logins.ts";
import { openDatabase } from "./connection.ts";
import { type Exposure, exposureLine, outcomeLine } from "./exposure-lines.ts";
import { dropOldExposures, isUnstorable, storeSpooled } from "./exposures.ts";

const DAY_MS = 86_400_000;

/** A database, and a server's own login on it. */
async function setUp() {
  const database = await testDatabase();
  const server = openDatabase(asLogin(database.url, "server"), { applicationName: "holt-test" });
  onTestFinished(server.close);
  const ids = async () =>
    (await database.db.selectFrom("exposure").select("id").orderBy("id").execute()).map(({ id }) => id);
  const days = async () => {
    const { rows } = await database.pool.query(
      "select relname from pg_inherits join pg_class on oid = inhrelid where inhparent = 'exposure'::regclass order by 1",
    );
    return rows.map(({ relname }) => relname);
  };
  return { ...database, server, ids, days };
}

function exposure(change: Partial<Exposure> = {}): Exposure {
  return {
    ...{ id: timedId(), model: "shop", version: 1, arm: "champion", fallback: false, user: "u1", k: 2 },
    ...{ items: [{ id: "i1", score: 0.5 }], context: {} },
    ...change,
  };
}

const lineOf = (one: Exposure) => Buffer.from(exposureLine(one));

it("keeps whatever a person, an item or what was asked with is called, and how likely each place was", async () => {
  const { db, server } = await setUp();
  const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
  const items = fc.array(fc.record({ id: text, score: fc.constantFrom(0.25, -1e30, null) }), {
    maxLength: 4,
  });
  const drawn = fc.sample(
    fc.record({ user: text, items, context: fc.dictionary(text, text, { maxKeys: 3 }) }),
    { numRuns: 300, seed: 1 },
  );
  const given = drawn.map((one) =>
    exposure({ ...one, propensities: one.items.map((_, place) => 1 / (place + 3)) }),
  );
  await storeSpooled(server, "exposure", given.map(lineOf));
  const rows = await db.selectFrom("exposure").selectAll().execute();
  expect(rows).toHaveLength(given.length);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const kept = (value: string) => value.replaceAll("\0", "\uFFFD").toWellFormed();
  for (const { id, user, items: shown, propensities, context } of given) {
    const row = byId.get(id);
    expect(row?.user_id).toBe(kept(user));
    expect(row?.items).toEqual(shown.map((item) => kept(item.id)));
    expect(row?.scores.map((score) => score && Math.fround(score))).toEqual(
      shown.map(({ score }) => score && Math.fround(score)),
    );
    expect(row?.propensities).toEqual(propensities);
    const asked = Object.entries(context).map(([name, value]) => [kept(name), kept(String(value))]);
    expect(row?.context).toEqual(asked.length === 0 ? null : Object.fromEntries(asked));
  }
});

it("stores each id once, however often and by however many servers it comes, and the first word stays", async () => {
  const { server, ids, db } = await setUp();
  const given = Array.from({ length: 200 }, () => exposure());
  const lines = given.map(lineOf);
  await Promise.all(
    [lines, lines.toReversed(), [...lines, ...lines]].map((some) => storeSpooled(server, "exposure", some)),
  );
  const [first] = given;
  if (first) await storeSpooled(server, "exposure", [lineOf({ ...first, user: "another" })]);
  expect(await ids()).toEqual(given.map(({ id }) => id).sort());
  expect(await db.selectFrom("exposure").select("id").where("user_id", "=", "another").execute()).toEqual([]);
});

it("stores all lines or none of them", async () => {
  const { server, ids } = await setUp();
  const broken = Buffer.from(exposureLine(exposure()).replace("\tshop\t", "\t\\N\t"));
  const error = await storeSpooled(server, "exposure", [lineOf(exposure()), broken]).catch((error) => error);
  expect(isUnstorable(error)).toBe(true);
  expect(await ids()).toEqual([]);
});

it("has a table a day, also for what comes late, and refuses the day of a clock that is wrong", async () => {
  const { server, days, ids } = await setUp();
  const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS + DAY_MS / 2;
  const given = [0, -1, -30, 1].map((day) => exposure({ id: timedId(noon + day * DAY_MS) }));
  await storeSpooled(server, "exposure", given.map(lineOf));
  const names = [-30, -1, 0, 1].map((day) => {
    const [date = ""] = new Date(noon + day * DAY_MS).toISOString().split("T");
    return `exposure_${date.replaceAll("-", "")}`;
  });
  expect(await days()).toEqual(names);
  for (const day of [-402, 4]) {
    const wrong = [lineOf(exposure({ id: timedId(noon + day * DAY_MS) }))];
    const error = await storeSpooled(server, "exposure", wrong).catch((error) => error);
    expect(error.message).toMatch(
      /^exposure: [-\d]+ is not between 400 days ago and the day after tomorrow;/,
    );
    expect(isUnstorable(error)).toBe(true);
  }
  expect(await ids()).toEqual(given.map(({ id }) => id).sort());
});

it("makes a new day while somebody reads the others, as a backup does for hours", async () => {
  const { server, pool, ids } = await setUp();
  await storeSpooled(server, "exposure", [lineOf(exposure())]);
  const reader = await pool.connect();
  await reader.query("begin");
  await reader.query("select count(*) from exposure");
  await reader.query("lock table exposure, exposure_arrival in access share mode");
  await storeSpooled(server, "exposure", [lineOf(exposure({ id: timedId(Date.now() - 3 * DAY_MS) }))]);
  expect(await ids()).toHaveLength(2);
  await reader.query("rollback");
  reader.release();
});

it("removes days that are old with their outcomes, the last week never, and keeps nobody waiting behind a reader", async () => {
  const { server, pool, days, db } = await setUp();
  const at = (day: number) => Date.now() - day * DAY_MS;
  await storeSpooled(
    server,
    "exposure",
    [1, 20, 50].map((day) => lineOf(exposure({ id: timedId(at(day)) }))),
  );
  const outcomes = [1, 20, 50].map((day) => {
    const outcome = { kind: "click" as const, id: `o${day}`, recommendationId: timedId(), itemId: "i1" };
    return Buffer.from(outcomeLine({ outcome, personId: crypto.randomUUID(), receivedMs: at(day) }));
  });
  await storeSpooled(server, "outcome", outcomes);
  await expect(dropOldExposures(server, 6)).rejects.toThrow(
    "exposures: 6 days is too short a time to keep them; keep 7 or more",
  );
  const reader = await pool.connect();
  await reader.query("begin");
  await reader.query("select count(*) from exposure");
  await expect(dropOldExposures(server, 30)).rejects.toMatchObject({ code: "55P03" });
  await reader.query("rollback");
  reader.release();
  expect(await days()).toHaveLength(3);
  expect(await dropOldExposures(server, 30)).toBe(1);
  expect(await days()).toHaveLength(2);
  const left = await db.selectFrom("outcome").select("id").orderBy("id").execute();
  expect(left.map(({ id }) => id)).toEqual(["o1", "o20"]);
});

it("lets a server add rows and do nothing else with them", async () => {
  const { server } = await setUp();
  await storeSpooled(server, "exposure", [lineOf(exposure())]);
  for (const statement of [
    "select * from exposure",
    "delete from exposure",
    "update exposure set user_id = 'x'",
    "insert into exposure select * from exposure_arrival",
    "truncate exposure",
    "select * from outcome",
    "delete from outcome",
    "drop table exposure_arrival",
    "alter table exposure_arrival disable trigger store",
    "select first_exposure_id(current_date)",
  ])
    await expect(server.pool.query(statement)).rejects.toMatchObject({ code: "42501" });
});
