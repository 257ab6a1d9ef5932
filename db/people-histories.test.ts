import { fc, it as prop } from "@fast-check/vitest";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../tests/support/database.ts";
import { findHistory } from "./interactions.ts";
import { forEachHistory, type PersonHistory, readItems } from "./people-histories.ts";

/** More people than two fetches bring, whose ids sort otherwise by language than by bytes. */
const PEOPLE = 450;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await sql`create table data.interactions (user_id text, item_id text, event_time timestamptz)`.execute(
    database.db,
  );
  await sql`
    insert into data.interactions
    select case when person % 2 = 0 then 'p' else 'P' end || person, 'i' || (person * 7 + seen * 13) % 40,
      timestamptz '2026-01-01' + ((person * seen) % 5) * interval '1 hour'
    from generate_series(1, ${sql.lit(PEOPLE)}) person, generate_series(1, 12) seen`.execute(database.db);
});
afterAll(() => database.close());

async function readAll(sample?: number): Promise<PersonHistory[]> {
  const people: PersonHistory[] = [];
  const options = sample === undefined ? {} : { sample };
  await forEachHistory(database.db, "interactions", options, async (person) => void people.push(person));
  return people;
}

it("gives everybody once, in byte order, with the history that serving finds", async () => {
  const people = await readAll();
  const ids = people.map(({ userId }) => userId);
  expect(new Set(ids).size).toBe(PEOPLE);
  expect(ids).toEqual(ids.toSorted());
  for (const { userId, items } of people.filter((_, index) => index % 50 === 0))
    expect(items).toEqual(await findHistory(database.db, "interactions", userId));
});

prop.prop([fc.integer({ min: 1, max: PEOPLE + 10 })], { numRuns: 20 })(
  "samples the same people each time, and a smaller sample is part of a larger one",
  async (size) => {
    const [sample, again, larger] = await Promise.all([readAll(size), readAll(size), readAll(size + 25)]);
    expect(sample).toHaveLength(Math.min(size, PEOPLE));
    expect(again).toEqual(sample);
    const ids = new Set(larger.map(({ userId }) => userId));
    expect(sample.filter(({ userId }) => !ids.has(userId))).toEqual([]);
  },
);

it("stops between two people when it is cancelled", async () => {
  const cancelling = new AbortController();
  let seen = 0;
  const reading = forEachHistory(database.db, "interactions", { signal: cancelling.signal }, async () => {
    seen += 1;
    if (seen === 3) cancelling.abort(new Error("cancelled"));
  });
  await expect(reading).rejects.toThrow("cancelled");
  expect(seen).toBe(3);
});

describe("reading the items", () => {
  beforeAll(async () => {
    await sql`create table data.items (item_id text, title text, genre text, year int)`.execute(database.db);
    await sql`insert into data.items values ('b', null, null, 1985), ('a', 'Alien', 'Horror', 1979)`.execute(
      database.db,
    );
  });

  it("gives each with its title and what the definition shows of it, null where there is none", async () => {
    const shown = await readItems(database.db, "items", { genre: "genre", picture: "year" });
    expect([...shown]).toEqual([
      ["a", { title: "Alien", genre: "Horror", picture: "1979" }],
      ["b", { title: null, genre: null, picture: "1985" }],
    ]);
    expect((await readItems(database.db, "items", {})).get("a")).toEqual({
      title: "Alien",
      genre: null,
      picture: null,
    });
  });

  it("says which column the table hasn't, and which it has", async () => {
    await expect(readItems(database.db, "items", { genre: "gnere" })).rejects.toThrow(
      'qa.display.genre: "gnere" is not a column of the items table, which has "item_id", "title", "genre", "year"; did you mean "genre"?',
    );
  });
});
